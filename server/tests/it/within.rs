use std::time::Duration;

/// A bound on every wait, so that a hang is a failed test and not a test without an end.
const PATIENCE: Duration = Duration::from_secs(30);

/// Waits for an event that must happen. `what` completes "timed out waiting for …".
///
/// # Panics
///
/// When the event does not happen within 30 s.
pub(crate) async fn within<F: Future>(what: &str, future: F) -> F::Output {
    let outcome = tokio::time::timeout(PATIENCE, future).await;
    outcome.unwrap_or_else(|_| panic!("timed out after {PATIENCE:?} waiting for {what}"))
}
