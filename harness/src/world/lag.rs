use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::Instant;

/// The time between two measurements.
const EVERY: Duration = Duration::from_millis(20);

/// Measures how late this runtime's timers fire, because a check can trust measured times only up
/// to that delay.
#[derive(Debug)]
pub(super) struct Lag {
    worst_us: Arc<AtomicU64>,
    task: JoinHandle<()>,
}

impl Lag {
    pub(super) fn measure() -> Self {
        let worst_us = Arc::new(AtomicU64::new(0));
        let worst = Arc::clone(&worst_us);
        let task = tokio::spawn(async move {
            loop {
                let due = Instant::now() + EVERY;
                tokio::time::sleep_until(due).await;
                let late = u64::try_from(due.elapsed().as_micros()).unwrap_or(u64::MAX);
                worst.fetch_max(late, Ordering::Relaxed);
            }
        });
        Self { worst_us, task }
    }

    /// The worst delay since the last call, in microseconds.
    pub(super) fn take_worst_us(&self) -> u64 {
        self.worst_us.swap(0, Ordering::Relaxed)
    }
}

impl Drop for Lag {
    fn drop(&mut self) {
        self.task.abort();
    }
}
