//! Closing a listening socket resets what waits in it. The client that connected and sent its
//! request in time is told nothing but `connection reset`.

use super::{Bug, Made};

pub(super) static BUG: Bug = Bug {
    name: "listener-dropped",
    wrong: "the listener is closed with whoever waits in its accept queue",
    seen_in: Some("axum's `WithGracefulShutdown::run`, hyper-util's example, actix-net's workers"),
    found_by: &["queue-lost", "ledger"],
    made: Made::InServer,
};
