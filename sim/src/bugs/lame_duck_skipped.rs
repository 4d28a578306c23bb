//! Balancers notice with a lag. Without a lame duck they send clients to a closed port meanwhile.

use super::{Bug, Made};

pub(super) static BUG: Bug = Bug {
    name: "lame-duck-skipped",
    wrong: "the door is closed at the signal, whatever the policy says",
    seen_in: Some("grpc-rust#1940"),
    found_by: &["lame-duck-lasts", "balanced"],
    made: Made::InServer,
};
