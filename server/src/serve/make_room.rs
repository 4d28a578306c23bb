use std::sync::Arc;

use super::steps;
use crate::drain::ShutdownFlags;
use crate::state::ServerState;

/// Closes idle connections while the door is still being closed, once they have had their grace:
/// for when there are no descriptors for connections that wait in the queue. Otherwise the one
/// would wait for the other until the deadline.
pub(super) fn maker(shared: &Arc<ServerState>) -> impl Fn() + Send + Sync + 'static {
    let shared = Arc::clone(shared);
    let idle_grace = shared.machine().policy().idle_grace;
    let due = shared.clock().since_origin().saturating_add(idle_grace);
    move || {
        if shared.clock().since_origin() >= due && !shared.flags().has(ShutdownFlags::CLOSE_IDLE) {
            steps::making_room(&shared.snapshot());
            shared.set_flag(ShutdownFlags::CLOSE_IDLE);
        }
    }
}
