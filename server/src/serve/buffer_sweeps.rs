use std::future::pending;
use std::time::Duration;

use crate::clock::Sleep;
use crate::drain::ConnInput;
use crate::state::ServerState;

/// The time between two sweeps while more connections hold buffers than the limit allows.
const INTERVAL: Duration = Duration::from_secs(1);

/// Takes the buffers from idle connections while more connections hold buffers than the limit
/// allows. A sweep notifies every connection. A connection that stays idle between two sweeps gives
/// up its buffers.
///
/// A sweep runs when the count exceeds the limit, and each time the count grows by another 25 % of
/// the limit. That bounds the memory while many clients arrive together. Afterwards a sweep runs
/// every second. A timer for each connection would have to be set anew by every request. Below the
/// limit there is no timer at all.
#[derive(Default)]
pub(super) struct BufferSweeps {
    next: Option<Sleep>,
    stopped: bool,
}

impl BufferSweeps {
    /// Ends the sweeps, because the shutdown closes idle connections anyway.
    pub(super) fn stop(&mut self) {
        *self = Self { next: None, stopped: true };
    }

    /// Waits for the next sweep and runs it. Never ready while the limit is not exceeded. Cancel
    /// safe.
    pub(super) async fn next_sweep(&mut self, server: &ServerState) {
        if self.stopped || !server.buffers.is_exceeded() {
            self.next = None;
            // The connection that exceeds the limit wakes the driver.
            return pending().await;
        }
        self.next.get_or_insert_with(|| server.clock().sleep(INTERVAL)).await;
        self.next = None;
        sweep(server);
    }

    /// Runs a sweep at once, if the count has grown enough since the last call.
    pub(super) fn sweep_if_due(&self, server: &ServerState) {
        if !self.stopped && server.buffers.take_sweep_due() {
            sweep(server);
        }
    }
}

fn sweep(server: &ServerState) {
    for conn in server.connections() {
        conn.handle(ConnInput::Swept);
    }
}
