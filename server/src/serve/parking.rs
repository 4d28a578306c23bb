use std::future::pending;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::shared::Shared;
use crate::clock::Sleep;

/// Makes rounds over the connections while serving, and has those parked that have been idle since
/// the last one. One timer for all: a timer for each would have to be set anew by every request.
pub(super) struct Parking {
    every: Option<Duration>,
    next: Option<Sleep>,
}

impl Parking {
    pub(super) fn new(every: Option<Duration>) -> Self {
        Self { every, next: None }
    }

    /// No more rounds: from here on every connection is on its way out.
    pub(super) fn stop(&mut self) {
        *self = Self::new(None);
    }

    /// Waits for the next round and makes it; for ever when there is nothing to park. Cancel safe.
    pub(super) async fn round(&mut self, shared: &Shared) {
        let Some(every) = self.every else { return pending().await };
        if self.next.is_none() && shared.unparked.load(Ordering::Relaxed) == 0 {
            // The first that could be parked wakes the driver.
            return pending().await;
        }
        self.next.get_or_insert_with(|| shared.clock().sleep(every)).await;
        self.next = None;
        for conn in shared.connections() {
            conn.park_if_idle();
        }
    }
}
