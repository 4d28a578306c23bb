//! Real time.

use std::time::{Instant, SystemTime};

/// The time by the machine's own clock: it is what is measured here.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
pub fn now() -> Instant {
    Instant::now()
}

/// The day, in UTC: `2026-01-31`.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "a table of figures says when they were taken")]
pub fn today() -> String {
    let mut stamp = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    stamp.truncate("2026-01-31".len());
    stamp
}
