//! A pool that is closed by its own signal handler, beside the server's: what is in flight gets a
//! 500.

use super::{Bug, Made};

pub(super) static BUG: Bug = Bug {
    name: "pool-first",
    wrong: "resources are released at the signal, under the requests in flight",
    seen_in: None,
    found_by: &["release-last", "store-after-close", "pool-outlives-requests"],
    made: Made::InServer,
};
