//! The canary: it fails in every run that comes to its end, so a sweep that passes it looks at
//! nothing.

use super::{Bug, Made};

pub(super) static BUG: Bug = Bug {
    name: "canary",
    wrong: "the exit code is 1 after every shutdown, however well it went",
    seen_in: None,
    found_by: &["exit-status"],
    made: Made::InServer,
};
