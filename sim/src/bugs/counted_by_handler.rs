//! What a middleware that counts around `next.run(request)` does: streamed answers are nobody's.

use super::{Bug, Made};

pub(super) static BUG: Bug = Bug {
    name: "counted-by-handler",
    wrong: "a request counts as ended when its handler returns, before its body is written",
    seen_in: None,
    found_by: &["report-agrees", "early-abort", "ledger"],
    made: Made::InServer,
};
