//! A health check that is computed in the background and cached: the first question after the
//! signal is told that all is well.

use super::{Bug, Made};

pub(super) static BUG: Bug = Bug {
    name: "health-late",
    wrong: "the health route gives the answer that was right when it was last asked",
    seen_in: None,
    found_by: &["readiness-first", "health-draining"],
    made: Made::InServer,
};
