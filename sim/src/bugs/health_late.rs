//! A health check that is computed in the background and cached: the first request after the signal
//! still gets 200.

use super::{Bug, Made};

pub(super) static BUG: Bug = Bug {
    name: "health-late",
    wrong: "readiness goes off one request after the signal",
    seen_in: None,
    found_by: &["readiness-first", "health-draining"],
    made: Made::InServer,
};
