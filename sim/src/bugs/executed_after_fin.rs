//! The client sees the end, takes its request for one that was never begun, and sends it again
//! elsewhere: it is done twice.

use super::{Bug, Made};

pub(super) static BUG: Bug = Bug {
    name: "executed-after-fin",
    wrong: "a connection that we have closed is read on, and a request on it executed",
    seen_in: None,
    found_by: &["after-fin"],
    made: Made::InServer,
};
