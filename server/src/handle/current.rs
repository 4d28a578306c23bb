use std::cell::Cell;
use std::sync::Arc;

use super::ShutdownHandle;
use crate::state::ServerState;

thread_local! {
    /// The server of the request whose handler this thread polls now.
    static CURRENT: Cell<Option<Arc<ServerState>>> = const { Cell::new(None) };
}

impl ShutdownHandle {
    /// The handle of the server that serves the request whose handler calls this.
    ///
    /// `None` outside of a handler's future: in a task that the handler has spawned, in the stream
    /// of a response's body, or in the worker of a layer that calls the application from a task of
    /// its own, as tower's `Buffer` does. Take the handle in the handler and move it there, or have
    /// [`ShutdownHandleLayer`](crate::layer::ShutdownHandleLayer) put it into the request.
    ///
    /// With axum, [`ShutdownHandle`] as an extractor is the same.
    #[must_use]
    pub fn current() -> Option<Self> {
        let shared = CURRENT.take();
        CURRENT.set(shared.clone());
        shared.map(|shared| Self { shared })
    }

    /// Makes this the current server of the thread until the guard is dropped.
    #[inline]
    pub(crate) fn enter(shared: &Arc<ServerState>) -> Entered {
        Entered { previous: CURRENT.replace(Some(Arc::clone(shared))) }
    }
}

/// Restores the previous server of the thread on drop.
pub(crate) struct Entered {
    previous: Option<Arc<ServerState>>,
}

impl Drop for Entered {
    #[inline]
    fn drop(&mut self) {
        CURRENT.set(self.previous.take());
    }
}
