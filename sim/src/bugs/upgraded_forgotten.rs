//! To hyper the connection is over when it is handed to the application; whoever counts only those
//! of hyper cuts a WebSocket in the middle of a message.

use super::{Bug, Made};

pub(super) static BUG: Bug = Bug {
    name: "upgraded-forgotten",
    wrong: "a connection that leaves HTTP is forgotten",
    seen_in: Some("axum#3003, axum-server#40"),
    found_by: &["no-leak", "report-agrees"],
    made: Made::InServer,
};
