//! A pool waits for the connection that a stalled statement never gives back.

use super::{Bug, Made};

pub(super) static BUG: Bug = Bug {
    name: "release-unbounded",
    wrong: "a release is waited for, however long it takes",
    seen_in: Some("sqlx#1764"),
    found_by: &["release-bounded", "deadline"],
    made: Made::InServer,
};
