//! The canary: it fails in every run that comes to its end, so a sweep that passes it looks at
//! nothing.

use super::{Bug, Made};

pub(super) static BUG: Bug = Bug {
    name: "canary",
    wrong: "every shutdown reports a panic that did not happen, and exits with 70",
    seen_in: None,
    found_by: &["exit-status"],
    made: Made::InServer,
};
