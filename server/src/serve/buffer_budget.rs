use std::future::pending;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use super::shared::Shared;
use crate::clock::Sleep;

/// How often rounds are made while more hold buffers than may.
const EVERY: Duration = Duration::from_secs(1);

/// Who holds buffers, and how many may.
#[derive(Debug, Default)]
pub(crate) struct BufferBudget {
    unparked: AtomicUsize,
    limit: OnceLock<usize>,
    due: AtomicBool,
}

impl BufferBudget {
    pub(super) fn limit(&self, limit: usize) {
        self.limit.get_or_init(|| limit);
    }

    /// One more holds buffers. Whether the driver is to be woken for a round.
    pub(super) fn enter(&self) -> bool {
        let others = self.unparked.fetch_add(1, Ordering::Relaxed);
        let limit = self.limit.get().copied().unwrap_or(usize::MAX);
        let more = others.checked_sub(limit);
        let due = more.is_some_and(|more| more.is_multiple_of(limit / 4 + 1));
        if due {
            self.due.store(true, Ordering::Release);
        }
        due
    }

    pub(super) fn leave(&self) {
        self.unparked.fetch_sub(1, Ordering::Relaxed);
    }

    pub(crate) fn unparked(&self) -> usize {
        self.unparked.load(Ordering::Relaxed)
    }

    fn is_over(&self) -> bool {
        self.limit.get().is_some_and(|limit| self.unparked() > *limit)
    }
}

/// Has idle connections parked while more hold buffers than may, in rounds: who was idle for all
/// the time between two rounds is parked.
///
/// Rounds are made when a quarter more came to hold buffers, so that a crowd of clients is held off
/// while it arrives, and every second after that. A timer for each connection would have to be set
/// anew by every request; and with no more connections than may there is none at all.
#[derive(Default)]
pub(super) struct Parking {
    next: Option<Sleep>,
    over: bool,
}

impl Parking {
    /// No more rounds: from here on every connection is on its way out.
    pub(super) fn stop(&mut self) {
        *self = Self { next: None, over: true };
    }

    /// Waits for the next round and makes it; for ever while no more hold buffers than may. Cancel
    /// safe.
    pub(super) async fn round(&mut self, shared: &Shared) {
        if self.over || !shared.buffers.is_over() {
            self.next = None;
            // Whoever is one too many wakes the driver.
            return pending().await;
        }
        self.next.get_or_insert_with(|| shared.clock().sleep(EVERY)).await;
        self.next = None;
        park(shared);
    }

    /// Makes a round at once, if one is due.
    pub(super) fn round_if_crowded(&self, shared: &Shared) {
        if !self.over && shared.buffers.due.swap(false, Ordering::AcqRel) {
            park(shared);
        }
    }
}

fn park(shared: &Shared) {
    for conn in shared.connections() {
        conn.park_if_idle();
    }
}
