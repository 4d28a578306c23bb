//! The order turned round. Until it hears of the shutdown, a balancer sends clients to a closed
//! door.

use lastorders::planted::Planted;

use super::{Bug, Made};

pub(super) static BUG: Bug = Bug {
    name: Planted::ReadinessAfterSeal.name(),
    wrong: "readiness goes off when the door is closed, and not before it",
    seen_in: None,
    found_by: &["readiness-first", "health-draining"],
    made: Made::InServer(Planted::ReadinessAfterSeal),
};
