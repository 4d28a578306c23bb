//! Whoever sits at the terminal presses Ctrl-C again, and nothing happens.

use lastorders::planted::Planted;

use super::{Bug, Made};

pub(super) static BUG: Bug = Bug {
    name: Planted::SecondSignalIgnored.name(),
    wrong: "no signal is read after the first",
    seen_in: Some("tokio#7905"),
    found_by: &["second-sigint"],
    made: Made::InServer(Planted::SecondSignalIgnored),
};
