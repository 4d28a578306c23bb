//! The order turned round. Until it hears of the shutdown, a balancer sends clients to a
//! closed port.

use super::{Bug, Made};

pub(super) static BUG: Bug = Bug {
    name: "readiness-after-seal",
    wrong: "readiness goes off when the listener is closed, and not before it",
    seen_in: None,
    found_by: &["readiness-first", "health-draining"],
    made: Made::InServer,
};
