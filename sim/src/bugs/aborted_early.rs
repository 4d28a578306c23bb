//! A deadline that was measured from the wrong moment, or in the wrong unit.

use super::{Bug, Made};

pub(super) static BUG: Bug = Bug {
    name: "aborted-early",
    wrong: "what is in flight is cut at three quarters of its time",
    seen_in: None,
    found_by: &["early-abort"],
    made: Made::InServer,
};
