use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::drain::ShutdownFlags;
use crate::state::ServerState;

/// Closes idle connections while the listener is still being closed, once they have had their
/// grace: for when there are no descriptors for connections that wait in the queue. Otherwise the
/// one would wait for the other until the deadline. Sets `made_room`, which the driver reports.
pub(super) fn maker(
    shared: &Arc<ServerState>,
    made_room: &Arc<AtomicBool>,
) -> impl Fn() + Send + Sync + 'static {
    let (shared, made_room) = (Arc::clone(shared), Arc::clone(made_room));
    let idle_grace = shared.machine().policy().idle_grace;
    let due = shared.clock().since_origin().saturating_add(idle_grace);
    move || {
        if shared.clock().since_origin() >= due && !shared.flags().has(ShutdownFlags::CLOSE_IDLE) {
            made_room.store(true, Ordering::Relaxed);
            shared.driver.notify_one();
            shared.set_flag(ShutdownFlags::CLOSE_IDLE);
        }
    }
}
