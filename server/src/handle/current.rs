use std::cell::Cell;
use std::mem::ManuallyDrop;
use std::sync::Arc;

use super::ShutdownHandle;
use crate::state::ServerState;

type Current = ManuallyDrop<Arc<ServerState>>;

thread_local! {
    /// The server of the request whose handler this thread polls now.
    ///
    /// Without a destructor, which would be checked for at every access. A guard takes each value out
    /// again, so none is left when the thread ends.
    static CURRENT: Cell<Option<Current>> = const { Cell::new(None) };
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
        let current = CURRENT.take()?;
        let shared = Arc::clone(&current);
        CURRENT.set(Some(current));
        Some(Self { shared })
    }

    /// Makes this the current server of the thread until the guard is dropped.
    #[inline]
    pub(crate) fn enter(shared: &Arc<ServerState>) -> Entered {
        Entered { previous: CURRENT.replace(Some(ManuallyDrop::new(Arc::clone(shared)))) }
    }
}

/// Restores the previous server of the thread on drop.
pub(crate) struct Entered {
    previous: Option<Current>,
}

impl Drop for Entered {
    #[inline]
    fn drop(&mut self) {
        let left = CURRENT.replace(self.previous.take());
        drop(left.map(ManuallyDrop::into_inner));
    }
}
