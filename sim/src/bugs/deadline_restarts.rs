//! What `for connection in connections { timeout(deadline, connection).await }` does: each waits
//! for all of its time, behind all those before it.

use super::{Bug, Made};

pub(super) static BUG: Bug = Bug {
    name: "deadline-restarts",
    wrong: "the deadline begins anew whenever a connection has gone",
    seen_in: None,
    found_by: &["deadline", "exit-in-grace"],
    made: Made::InServer,
};
