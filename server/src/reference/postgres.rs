use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Executor, Postgres as Backend, Transaction};
use uuid::Uuid;

use super::{Job, JobStore, StoreError};

/// The key of the advisory lock under which the table is made: an arbitrary number that is ours.
const TABLE_LOCK: i64 = 0x6c61_7374_6f72_6473;

const TABLE: &str = "CREATE TABLE IF NOT EXISTS jobs (
    id text PRIMARY KEY,
    name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
)";

/// When we are killed in the middle of a statement, the server would go on with it, and hold its
/// locks, until it wrote to us. Where it can (Postgres 14 and later), it looks now and then whether
/// we are still there.
const SESSION: &str = "SELECT set_config(name, '500ms', false) FROM pg_settings
    WHERE name = 'client_connection_check_interval'";

/// How long one attempt to connect may take; a database that accepts and never answers must not
/// look like one that thinks.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Jobs in a Postgres table.
#[derive(Clone, Debug)]
pub struct Postgres {
    pool: PgPool,
}

/// Why the database could not be made ready.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// It does not answer, or not yet: worth another try.
    #[error("the database does not answer: {0}")]
    Unavailable(#[source] sqlx::Error),
    /// It answered no: trying again would be of no use.
    #[error("the database refuses us: {0}")]
    Refused(#[source] sqlx::Error),
}

impl Postgres {
    /// Reads a `postgres://` URL, without connecting.
    ///
    /// # Errors
    ///
    /// When it is no such URL.
    pub fn parse(url: &str) -> Result<PgConnectOptions, sqlx::Error> {
        // sqlx itself takes any scheme.
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            return Err(sqlx::Error::Configuration("not a postgres:// URL".into()));
        }
        let options = PgConnectOptions::from_str(url)?.application_name("lastorders-server");
        // A statement that waits for a lock is no news, and its text does not belong in the log.
        Ok(options.disable_statement_logging())
    }

    /// Connects, and makes the table if it is not there. Several instances may do so at once.
    ///
    /// # Errors
    ///
    /// [`ConnectError`], which says whether to try again.
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
        match store.make_table().await {
            Ok(()) => Ok(store),
            Err(error) => {
                store.close().await;
                Err(classify(error))
            }
        }
    }

    async fn make_table(&self) -> Result<(), sqlx::Error> {
        // A table that is there needs no right to create one.
        let there: bool = sqlx::query_scalar("SELECT to_regclass('jobs') IS NOT NULL")
            .fetch_one(&self.pool)
            .await?;
        if there {
            return Ok(());
        }
        let mut transaction = self.pool.begin().await?;
        // Without the lock two instances can both find no table, and one fails on a unique index of
        // the catalogue.
        sqlx::query("SELECT pg_advisory_xact_lock($1)")
            .bind(TABLE_LOCK)
            .execute(&mut *transaction)
            .await?;
        transaction.execute(TABLE).await?;
        transaction.commit().await
    }

    /// Ends every session with a `Terminate`, when those in use have been given back. New work
    /// fails from the call on.
    ///
    /// Has no bound of its own: a session that never comes back is waited for.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    async fn insert(&self, job: &Job) -> Result<(), sqlx::Error> {
        // An explicit transaction, so that a statement which outlives us (cut at the deadline, or
        // killed) is rolled back: a single statement would be committed by the server without
        // anybody there to be told.
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

/// What answers no for good: bad credentials (class 28), no such database, or no right to make the
/// table.
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
