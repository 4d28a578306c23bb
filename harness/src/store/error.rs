use std::io;

use crate::postgres::LeaseError;

/// The store failed. This is never the fault of the server under test, so a claim that depends on
/// the store is inconclusive.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The proxy found no port to listen on.
    #[error("failed to listen on 127.0.0.1 for the database proxy: {0}")]
    Listen(#[source] io::Error),
    /// The harness's own session failed.
    #[error("failed to {doing}: {source}")]
    Sql {
        /// The failed step, as a verb with its object.
        doing: &'static str,
        /// The error of Postgres or of the connection.
        source: sqlx::Error,
    },
    /// The server under test has not created its table.
    #[error(
        "failed to close the row gate: the server's database has no table `jobs`; create the \
         table before the server is ready"
    )]
    NoTable,
    /// A session of the server kept `jobs` locked.
    #[error(
        "failed to close the row gate: an unfinished write of the server kept `jobs` locked for \
         5 s"
    )]
    Contended,
    /// The row gate opens only for all inserts at once.
    #[error(
        "failed to release one insert: the row gate opens only for all; use the acknowledgement \
         gate in this plan"
    )]
    AllOrNone,
    /// No gate is closed.
    #[error("failed to {0}: no gate is closed; close one earlier in this plan")]
    NothingHeld(&'static str),
    /// No acknowledgement reached the gate within the time to release one.
    #[error(
        "failed to release one acknowledgement: none reached the gate within 2 s; wait for one \
         in this plan"
    )]
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
