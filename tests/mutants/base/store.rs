use std::time::Duration;

use sqlx::postgres::{PgConnection, PgPool, PgPoolOptions};
use sqlx::{Connection, Error};
use tokio::time::{sleep, timeout};

const SESSIONS: u32 = 10;
/// The time limit for closing the pool. A session may be blocked forever, and must not delay the
/// exit.
const CLOSE_WITHIN: Duration = Duration::from_millis(500);
/// The pause between two attempts to reach a database that is still starting.
const RETRY: Duration = Duration::from_millis(200);

const CREATE_TABLE: &str = "CREATE TABLE IF NOT EXISTS jobs (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name text NOT NULL
)";
const INSERT: &str = "INSERT INTO jobs (name) VALUES ($1) RETURNING id::text";
const CANCEL_BLOCKED: &str = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND usename = current_user AND wait_event_type = 'Lock'";

/// The `jobs` table.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    pub(crate) pool: PgPool,
    url: String,
}

impl Store {
    /// Retries without a limit, because the database may start after the server.
    pub(crate) async fn open(url: String) -> Self {
        loop {
            match Self::try_open(&url).await {
                Ok(pool) => return Self { pool, url },
                Err(error) => eprintln!("failed to reach the database, retrying: {error}"),
            }
            sleep(RETRY).await;
        }
    }

    async fn try_open(url: &str) -> Result<PgPool, Error> {
        let pool = PgPoolOptions::new().max_connections(SESSIONS).connect(url).await?;
        sqlx::query(CREATE_TABLE).execute(&pool).await?;
        Ok(pool)
    }

    /// Inserts a job. Returns its id.
    ///
    /// Runs the statement to its end even if the caller gives up. A session with an unfinished
    /// statement can only be dropped, without a `Terminate`.
    pub(crate) async fn insert(&self, name: String) -> Result<String, Error> {
        let mut session = self.pool.acquire().await?;
        let statement =
            async move { sqlx::query_scalar(INSERT).bind(name).fetch_one(&mut *session).await };
        tokio::spawn(statement).await.map_err(|_| Error::WorkerCrashed)?
    }

    /// Cancels every statement of ours that waits for a lock. Uses a session of its own, because
    /// the pool may be exhausted.
    pub(crate) async fn cancel_blocked(&self) -> Result<(), Error> {
        let mut session = PgConnection::connect(&self.url).await?;
        sqlx::query(CANCEL_BLOCKED).execute(&mut session).await?;
        session.close().await
    }

    /// Ends every session with a `Terminate`.
    pub(crate) async fn close(&self) {
        if timeout(CLOSE_WITHIN, self.pool.close()).await.is_err() {
            eprintln!("failed to close the pool within {CLOSE_WITHIN:?}");
        }
    }
}
