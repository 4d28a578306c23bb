use std::io;

use crate::postgres::LeaseError;

/// The store could not do its part. This is never the fault of the server under test: what hangs on
/// it is inconclusive.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The proxy has nowhere to listen.
    #[error("failed to listen on 127.0.0.1 for the database proxy: {0}")]
    Listen(#[source] io::Error),
    /// The harness's own session failed.
    #[error("failed to {doing}: {source}")]
    Sql {
        /// What was being done.
        doing: &'static str,
        /// What Postgres or the connection said.
        source: sqlx::Error,
    },
    /// The server under test has not made its table.
    #[error(
        "failed to close the row gate: there is no table `jobs` in the server's database; a \
         server makes it before it is ready"
    )]
    NoTable,
    /// Somebody holds `jobs`, and did not let go.
    #[error(
        "failed to close the row gate: the server kept an unfinished write to `jobs` for 5 s, so \
         the table could not be locked"
    )]
    Contended,
    /// The row gate opens for all or for none.
    #[error(
        "failed to let one go: the row gate opens for all or for none; use the acknowledgement \
         gate in this plan"
    )]
    AllOrNone,
    /// There is no closed gate.
    #[error("failed to {0}: no gate is closed; hold one first")]
    NothingHeld(&'static str),
    /// Nobody came to the gate within the time in which one was to be let go.
    #[error("failed to let one go: nobody waited at the acknowledgement gate within 2 s")]
    NobodyWaits,
    /// The database could not be removed.
    #[error(transparent)]
    Lease(#[from] LeaseError),
}

impl StoreError {
    pub(super) fn sql(doing: &'static str) -> impl FnOnce(sqlx::Error) -> Self {
        move |source| Self::Sql { doing, source }
    }
}
