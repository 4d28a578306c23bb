//! How many runs of the whole catalogue go on at a time.
//!
//! Each run has 22 servers at work and spends most of its time in waiting for them. Two runs keep
//! two processors busy, and more runs would make timers late.

use tokio::sync::{Semaphore, SemaphorePermit};

/// The right to run the catalogue, until it is dropped.
#[must_use]
pub(crate) struct Turn {
    _permit: SemaphorePermit<'static>,
}

/// Waits for a turn. Cancel safe.
pub(crate) async fn take() -> Turn {
    static TURNS: Semaphore = Semaphore::const_new(2);
    let permit = TURNS.acquire().await.expect("nothing closes it");
    Turn { _permit: permit }
}
