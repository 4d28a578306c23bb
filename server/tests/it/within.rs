use std::time::Duration;

/// What has not happened by then will not happen: what hangs is a failure and not a test without
/// end.
const PATIENCE: Duration = Duration::from_secs(30);

/// Waits for what is bound to happen.
///
/// # Panics
///
/// When it does not.
pub(crate) async fn within<F: Future>(what: &str, future: F) -> F::Output {
    let outcome = tokio::time::timeout(PATIENCE, future).await;
    outcome.unwrap_or_else(|_| panic!("{what}: nothing came of it in {PATIENCE:?}"))
}
