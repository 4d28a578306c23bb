//! The client takes the connection for one that stays, and sends its next request into its end.

use super::{Bug, Made};

pub(super) static BUG: Bug = Bug {
    name: "no-connection-close",
    wrong: "answers in the shutdown do not say `Connection: close`",
    seen_in: Some("Node's `server.close()`, actix-web#929"),
    found_by: &["last-answer", "announces-close"],
    made: Made::InServer,
};
