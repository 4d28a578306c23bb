//! Whoever sits at the terminal presses Ctrl-C again, and nothing happens.

use super::{Bug, Made};

pub(super) static BUG: Bug = Bug {
    name: "second-signal-ignored",
    wrong: "no signal is read after the first",
    seen_in: Some("tokio#7905"),
    found_by: &["second-sigint"],
    made: Made::InServer,
};
