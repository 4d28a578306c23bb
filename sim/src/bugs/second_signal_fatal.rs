//! The handler is gone after the first signal, or exits at the second; and wrappers deliver
//! SIGTERM twice, to the group and to the leader.

use super::{Bug, Made};

pub(super) static BUG: Bug = Bug {
    name: "second-signal-fatal",
    wrong: "the second signal, of whatever kind, ends everything on the spot",
    seen_in: None,
    found_by: &["second-sigterm", "early-abort"],
    made: Made::InServer,
};
