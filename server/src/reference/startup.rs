use std::fmt::Display;
use std::future::Future;
use std::time::Duration;

use futures_util::{Stream, StreamExt};
use tracing::warn;

use crate::Clock;
use crate::drain::Signal;

/// The first pause between two attempts; each pause doubles, up to [`LONGEST_RETRY`].
const FIRST_RETRY: Duration = Duration::from_millis(100);
const LONGEST_RETRY: Duration = Duration::from_secs(1);

/// Retries until the database answers. Returns `None` when a signal comes first: there is nothing
/// to shut down, so the caller can end at once.
///
/// # Errors
///
/// The first error that is not worth another attempt.
pub async fn reach<T, E, F>(
    signals: &mut (impl Stream<Item = Signal> + Unpin),
    clock: &impl Clock,
    attempt: impl Fn() -> F,
    is_retryable: impl Fn(&E) -> bool,
) -> Result<Option<T>, E>
where
    E: Display,
    F: Future<Output = Result<T, E>>,
{
    let mut pause = FIRST_RETRY;
    loop {
        match unless_signalled(signals, attempt()).await {
            None => return Ok(None),
            Some(Ok(reached)) => return Ok(Some(reached)),
            Some(Err(error)) if is_retryable(&error) => {
                warn!(%error, next_try_in = ?pause, "waiting for the database");
            }
            Some(Err(error)) => return Err(error),
        }
        let wait = clock.sleep_until(clock.now() + pause);
        if unless_signalled(signals, wait).await.is_none() {
            return Ok(None);
        }
        pause = (pause * 2).min(LONGEST_RETRY);
    }
}

async fn unless_signalled<T>(
    signals: &mut (impl Stream<Item = Signal> + Unpin),
    work: impl Future<Output = T>,
) -> Option<T> {
    tokio::select! {
        // The signal is polled first: if both are ready, starting would be pointless.
        biased;
        _ = signals.next() => None,
        output = work => Some(output),
    }
}
