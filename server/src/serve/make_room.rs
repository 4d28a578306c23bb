use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::drain::ShutdownFlags;
use crate::state::ServerState;

/// Returns the function that a seal calls when no descriptor is left for queued connections.
///
/// The function closes idle connections once `idle_grace` has passed since this call. Otherwise the
/// seal would wait for descriptors, and the idle connections for the seal, until the deadline. The
/// function sets `made_room`, which the driver reports.
pub(super) fn idle_closer(
    server: &Arc<ServerState>,
    made_room: &Arc<AtomicBool>,
) -> impl Fn() + Send + Sync + 'static {
    let (server, made_room) = (Arc::clone(server), Arc::clone(made_room));
    let idle_grace = server.machine().policy().idle_grace;
    let due = server.clock().since_origin().saturating_add(idle_grace);
    move || {
        if server.clock().since_origin() >= due && !server.flags().has(ShutdownFlags::CLOSE_IDLE) {
            made_room.store(true, Ordering::Relaxed);
            server.driver.notify_one();
            server.set_flag(ShutdownFlags::CLOSE_IDLE);
        }
    }
}
