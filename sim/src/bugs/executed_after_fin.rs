//! The client sees the end, takes its request for one that was never begun, and sends it again
//! elsewhere: it is done twice.

use lastorders::planted::Planted;

use super::{Bug, Made};

pub(super) static BUG: Bug = Bug {
    name: Planted::ExecutedAfterFin.name(),
    wrong: "a connection that we have closed is read on, and a request on it executed",
    seen_in: None,
    found_by: &["after-fin"],
    made: Made::InServer(Planted::ExecutedAfterFin),
};
