use std::time::Instant;

/// The time of the operating system: how fast a sweep is, and when it has gone on long enough.
#[expect(clippy::disallowed_methods, reason = "a person waits for it; no simulation asks")]
pub(super) fn now() -> Instant {
    Instant::now()
}
