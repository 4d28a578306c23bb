//! What lies unread in the kernel when a socket is closed is answered with a reset.

use super::{Bug, Made};

pub(super) static BUG: Bug = Bug {
    name: "idle-closed-unread",
    wrong: "an idle connection is closed without looking whether a request has come",
    seen_in: Some("hyper#3792"),
    found_by: &["unread", "ledger"],
    made: Made::InServer,
};
