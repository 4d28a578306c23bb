use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Executor, Postgres as Backend, Transaction};
use uuid::Uuid;

use super::{Job, JobStore, StoreError};

/// The key of the advisory lock for creating the table: an arbitrary number, unique to us.
const TABLE_LOCK: i64 = 0x6c61_7374_6f72_6473;

const TABLE: &str = "CREATE TABLE IF NOT EXISTS jobs (
    id text PRIMARY KEY,
    name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
)";

/// If this process is killed in the middle of a statement, the database continues it and holds its
/// locks until it writes to the dead connection. With this setting (Postgres 14 and later) the
/// database checks every 500 ms whether the client is still connected.
const SESSION: &str = "SELECT set_config(name, '500ms', false) FROM pg_settings
    WHERE name = 'client_connection_check_interval'";

/// How long one attempt to connect may take. Without a bound, a database that accepts and never
/// answers would block the start.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Jobs in a Postgres table.
#[derive(Clone, Debug)]
pub struct Postgres {
    pool: PgPool,
}

/// Why the database could not be made ready.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The database does not answer, or not yet. Another attempt may succeed.
    #[error("the database does not answer: {0}")]
    Unavailable(#[source] sqlx::Error),
    /// The database refused for good. Another attempt is useless.
    #[error("the database refused the connection: {0}")]
    Refused(#[source] sqlx::Error),
}

impl Postgres {
    /// Reads a `postgres://` URL, without connecting.
    ///
    /// # Errors
    ///
    /// When the URL has another scheme or cannot be parsed.
    pub fn parse(url: &str) -> Result<PgConnectOptions, sqlx::Error> {
        // sqlx itself accepts any scheme.
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            return Err(sqlx::Error::Configuration("not a postgres:// URL".into()));
        }
        let options = PgConnectOptions::from_str(url)?.application_name("lastorders-server");
        // Statement logging is off: a statement that waits for a lock is normal, and its text does
        // not belong in the log.
        Ok(options.disable_statement_logging())
    }

    /// Connects, and creates the table if it does not exist. Several instances may do so at once.
    ///
    /// # Errors
    ///
    /// [`ConnectError`], whose variant says whether to try again.
    pub async fn connect(options: PgConnectOptions, pool_size: u32) -> Result<Self, ConnectError> {
        let pool = PgPoolOptions::new()
            .max_connections(pool_size)
            .after_connect(|connection, _| {
                Box::pin(async move { connection.execute(SESSION).await.map(|_| ()) })
            })
            .connect_with(options);
        let pool = tokio::time::timeout(CONNECT_TIMEOUT, pool)
            .await
            .unwrap_or(Err(sqlx::Error::PoolTimedOut))
            .map_err(classify)?;
        let store = Self { pool };
        match store.create_table().await {
            Ok(()) => Ok(store),
            Err(error) => {
                store.close().await;
                Err(classify(error))
            }
        }
    }

    async fn create_table(&self) -> Result<(), sqlx::Error> {
        // An existing table needs no right to create one.
        let exists: bool = sqlx::query_scalar("SELECT to_regclass('jobs') IS NOT NULL")
            .fetch_one(&self.pool)
            .await?;
        if exists {
            return Ok(());
        }
        let mut transaction = self.pool.begin().await?;
        // Without the lock, two instances can both find no table, and one of them fails on a unique
        // index of the catalogue.
        sqlx::query("SELECT pg_advisory_xact_lock($1)")
            .bind(TABLE_LOCK)
            .execute(&mut *transaction)
            .await?;
        transaction.execute(TABLE).await?;
        transaction.commit().await
    }

    /// Waits until all sessions are returned to the pool, and ends each with a `Terminate`. New
    /// work fails from the call on.
    ///
    /// Has no bound of its own: this waits for a session that is never returned.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    async fn insert(&self, job: &Job) -> Result<(), sqlx::Error> {
        // An explicit transaction, so that the database rolls back a statement that outlives this
        // process, cut at the deadline or killed. The database would commit a single statement, and
        // no client would learn of the job.
        let mut transaction: Transaction<'_, Backend> = self.pool.begin().await?;
        sqlx::query("INSERT INTO jobs (id, name) VALUES ($1, $2)")
            .bind(&job.id)
            .bind(&job.name)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await
    }
}

impl JobStore for Postgres {
    async fn create(&self, name: &str) -> Result<Job, StoreError> {
        let job = Job { id: Uuid::new_v4().to_string(), name: name.to_owned() };
        self.insert(&job).await.map_err(|error| StoreError(Box::new(error)))?;
        Ok(job)
    }
}

/// Sorts errors into final refusals and others. Final are bad credentials (class 28), a missing
/// database, and a missing right to create the table.
fn classify(error: sqlx::Error) -> ConnectError {
    let code = error.as_database_error().and_then(|it| it.code().map(|code| code.into_owned()));
    let refused = code.is_some_and(|it| it.starts_with("28") || it == "3D000" || it == "42501");
    let unreadable = matches!(error, sqlx::Error::Configuration(_));
    if refused || unreadable {
        ConnectError::Refused(error)
    } else {
        ConnectError::Unavailable(error)
    }
}
