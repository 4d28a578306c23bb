use std::future::pending;
use std::time::Duration;

use crate::clock::Sleep;
use crate::drain::ConnInput;
use crate::state::ServerState;

/// How often rounds are made while more hold buffers than may.
const EVERY: Duration = Duration::from_secs(1);

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
    pub(super) async fn round(&mut self, shared: &ServerState) {
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
    pub(super) fn round_if_crowded(&self, shared: &ServerState) {
        if !self.over && shared.buffers.take_due() {
            park(shared);
        }
    }
}

fn park(shared: &ServerState) {
    for conn in shared.connections() {
        conn.handle(ConnInput::Swept);
    }
}
