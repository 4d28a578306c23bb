//! Counted up at the head and down behind the answer, which a dropped future never reaches: the
//! drain waits for somebody who has left.

use super::{Bug, Made};

pub(super) static BUG: Bug = Bug {
    name: "counter-leaked",
    wrong: "the request of a client that goes away is counted for ever",
    seen_in: None,
    found_by: &["settles", "exit-prompt"],
    made: Made::InServer,
};
