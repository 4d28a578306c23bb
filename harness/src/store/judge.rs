use std::collections::{BTreeMap, BTreeSet};

use futures_util::TryStreamExt;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgArguments, PgConnectOptions, PgConnection, Postgres};
use sqlx::query::QueryScalar;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use tokio::sync::Mutex;

use super::StoreError;

/// The maximum number of rows that are read.
const MOST_ROWS: u64 = 100_000;

/// The maximum number of distinct names that are counted. A server that writes more has failed
/// already.
const MOST_NAMES: usize = 200_000;

/// Prefix of a request's name.
const NAME: &str = "job-";

/// The content of `jobs`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows {
    /// For each text value that begins with `job-`: the number of rows that contain it, in any
    /// column and at any depth of JSON. A row counts once for a value.
    pub counts: BTreeMap<String, u32>,
    /// The number of rows that were read.
    pub total: u64,
    /// Whether `jobs` exceeds the limits: 100,000 rows of 64 KiB, and 200,000 names.
    pub truncated: bool,
    /// Whether the table `jobs` is missing.
    pub table_missing: bool,
    /// The number of sessions that the server still had when the rows were read. Unless this is 0,
    /// a row may still be added.
    pub sessions_left: u32,
}

/// The harness's own sessions in the database of one scenario.
#[derive(Debug)]
pub(super) struct JudgeSessions {
    options: PgConnectOptions,
    role: String,
    /// For reading. Opened on first use, and again after an error.
    reader: Mutex<Option<PgConnection>>,
    /// The transaction whose lock is the row gate.
    lock: Mutex<Option<PgConnection>>,
}

/// The table `jobs`.
#[derive(Debug)]
struct Jobs {
    oid: Oid,
    /// Quoted for use in SQL.
    name: String,
}

impl JudgeSessions {
    pub(super) fn new(options: PgConnectOptions, role: &str) -> Self {
        let options = options.disable_statement_logging();
        Self { options, role: role.to_owned(), reader: Mutex::default(), lock: Mutex::default() }
    }

    /// Closes the row gate. Closing a closed gate changes nothing.
    pub(super) async fn lock(&self) -> Result<(), StoreError> {
        let mut lock = self.lock.lock().await;
        if lock.is_some() {
            return Ok(());
        }
        let doing = "close the row gate";
        let mut session = self.options.connect().await.map_err(StoreError::sql(doing))?;
        let jobs = find_jobs(&mut session, &self.role)
            .await
            .map_err(StoreError::sql(doing))?
            .ok_or(StoreError::NoTable)?;
        let sql = format!("BEGIN; LOCK TABLE {} IN SHARE MODE", jobs.name);
        match sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut session).await {
            Ok(_) => {
                *lock = Some(session);
                Ok(())
            }
            Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("55P03") => {
                Err(StoreError::Contended)
            }
            Err(source) => Err(StoreError::Sql { doing, source }),
        }
    }

    /// Opens the row gate. Returns whether the gate was closed.
    pub(super) async fn unlock(&self) -> Result<bool, StoreError> {
        let Some(mut session) = self.lock.lock().await.take() else {
            return Ok(false);
        };
        sqlx::raw_sql("ROLLBACK")
            .execute(&mut session)
            .await
            .map_err(StoreError::sql("open the row gate"))?;
        let _ = session.close().await;
        Ok(true)
    }

    /// The number of the server's sessions that wait at the row gate.
    pub(super) async fn waiting(&self) -> Result<u32, StoreError> {
        self.read_with("count the sessions at the row gate", async |reader| {
            let Some(jobs) = find_jobs(reader, &self.role).await? else {
                return Ok(0);
            };
            let waiting = sqlx::query_scalar(
                "SELECT count(DISTINCT l.pid) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
                 WHERE NOT l.granted AND l.relation = $1 AND a.usename = $2
                   AND a.datname = current_database()",
            );
            count(reader, waiting.bind(jobs.oid).bind(&self.role)).await
        })
        .await
    }

    /// The number of sessions of the server's role, in any database of this Postgres.
    pub(super) async fn sessions(&self) -> Result<u32, StoreError> {
        self.read_with("count the server's sessions", async |reader| {
            let sessions = sqlx::query_scalar(
                "SELECT count(*) FROM pg_stat_activity
                 WHERE usename = $1 AND backend_type = 'client backend'",
            );
            count(reader, sessions.bind(&self.role)).await
        })
        .await
    }

    /// The number of committed rows in `jobs`; 0 without a table.
    pub(super) async fn committed(&self) -> Result<u32, StoreError> {
        self.read_with("count the rows of `jobs`", async |reader| {
            let Some(jobs) = find_jobs(reader, &self.role).await? else {
                return Ok(0);
            };
            let sql = format!("SELECT count(*) FROM {}", jobs.name);
            count(reader, sqlx::query_scalar(AssertSqlSafe(sql))).await
        })
        .await
    }

    /// Reads `jobs`.
    pub(super) async fn rows(&self) -> Result<Rows, StoreError> {
        self.read_with("read the rows of `jobs`", async |reader| {
            let Some(jobs) = find_jobs(reader, &self.role).await? else {
                return Ok(Rows { table_missing: true, ..Rows::default() });
            };
            // The limit keeps one row from filling our memory.
            let sql = format!(
                "SELECT left(to_jsonb(j)::text, 65536) FROM {} j LIMIT {}",
                jobs.name,
                MOST_ROWS + 1
            );
            let mut rows = Rows::default();
            let mut stream =
                sqlx::query_scalar(AssertSqlSafe(sql)).persistent(false).fetch(&mut *reader);
            while let Some(row) = stream.try_next().await? {
                rows.count(row);
            }
            Ok(rows)
        })
        .await
    }

    /// Ends the harness's sessions.
    pub(super) async fn close(&self) {
        for session in [&self.lock, &self.reader] {
            if let Some(session) = session.lock().await.take() {
                let _ = session.close().await;
            }
        }
    }

    /// Runs queries in the session for reading. A session that failed, or whose use was cancelled
    /// half-way, is not used again.
    async fn read_with<T>(
        &self,
        doing: &'static str,
        work: impl AsyncFnOnce(&mut PgConnection) -> sqlx::Result<T>,
    ) -> Result<T, StoreError> {
        let mut reader = self.reader.lock().await;
        let mut session = match reader.take() {
            Some(session) => session,
            None => self.options.connect().await.map_err(StoreError::sql(doing))?,
        };
        let found = work(&mut session).await.map_err(StoreError::sql(doing))?;
        *reader = Some(session);
        Ok(found)
    }
}

impl Rows {
    /// Counts one row, given as JSON. `None` is a row that is null as a whole.
    fn count(&mut self, row: Option<String>) {
        if self.total == MOST_ROWS {
            self.truncated = true;
            return;
        }
        self.total += 1;
        let Ok(row) = serde_json::from_str(&row.unwrap_or_default()) else {
            self.truncated = true;
            return;
        };
        let mut names = BTreeSet::new();
        collect(row, &mut names);
        for name in names {
            if self.counts.len() >= MOST_NAMES && !self.counts.contains_key(&name) {
                self.truncated = true;
            } else {
                *self.counts.entry(name).or_default() += 1;
            }
        }
    }
}

/// Collects every text value that is a request's name. `serde_json` bounds the depth.
fn collect(value: serde_json::Value, names: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::String(text) => {
            if text.starts_with(NAME) {
                names.insert(text);
            }
        }
        serde_json::Value::Array(values) => {
            values.into_iter().for_each(|value| collect(value, names));
        }
        serde_json::Value::Object(fields) => {
            fields.into_iter().for_each(|(_, value)| collect(value, names));
        }
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => {}
    }
}

/// The table `jobs` as the server would find it: in a schema with the role's name, in `public`, or
/// in any other schema. A view is not read, because its rows are the output of the server's code.
async fn find_jobs(session: &mut PgConnection, role: &str) -> sqlx::Result<Option<Jobs>> {
    let found: Option<(Oid, String)> = sqlx::query_as(
        "SELECT c.oid, format('%I.%I', n.nspname, c.relname)
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relname = 'jobs' AND c.relkind IN ('r', 'p')
           AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
         ORDER BY n.nspname = $1 DESC, n.nspname = 'public' DESC, c.oid LIMIT 1",
    )
    .bind(role)
    .persistent(false)
    .fetch_optional(session)
    .await?;
    Ok(found.map(|(oid, name)| Jobs { oid, name }))
}

async fn count(
    session: &mut PgConnection,
    query: QueryScalar<'_, Postgres, i64, PgArguments>,
) -> sqlx::Result<u32> {
    let found = query.persistent(false).fetch_one(session).await?;
    Ok(u32::try_from(found).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_name_counts_once_per_row_in_any_column() {
        let mut rows = Rows::default();
        for row in [
            r#"{"id": 1, "name": "job-a", "payload": {"name": "job-a", "tags": ["job-b"]}}"#,
            r#"{"id": "job-a", "note": "not job-c"}"#,
            r#"{"job-d": null}"#,
        ] {
            rows.count(Some(row.to_owned()));
        }
        let counts: Vec<_> = rows.counts.iter().map(|(name, n)| (name.as_str(), *n)).collect();
        assert_eq!(counts, [("job-a", 2), ("job-b", 1)]);
        assert_eq!((rows.total, rows.truncated), (3, false));
    }

    #[test]
    fn row_that_is_cut_short_marks_the_rows_as_truncated() {
        let mut rows = Rows::default();
        rows.count(Some(r#"{"name": "job-"#.to_owned()));
        assert!(rows.truncated && rows.counts.is_empty());
    }
}
