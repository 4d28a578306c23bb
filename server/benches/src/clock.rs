//! Real time.

use std::time::{Instant, SystemTime};

/// Real time, because this program measures it.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// The date in UTC: `2026-01-31`.
#[expect(clippy::disallowed_methods, reason = "a table of figures says when they were taken")]
pub(crate) fn today() -> String {
    let mut stamp = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    stamp.truncate("2026-01-31".len());
    stamp
}
