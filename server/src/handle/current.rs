use std::cell::Cell;
use std::mem::ManuallyDrop;
use std::sync::Arc;

use super::ShutdownHandle;
use crate::state::ServerState;

thread_local! {
    /// The server of the request whose handler this thread polls now.
    ///
    /// Without a destructor, which would be checked for at every access. A guard takes each value
    /// out again, so none is left when the thread ends.
    static CURRENT: Cell<Option<ManuallyDrop<Arc<ServerState>>>> = const { Cell::new(None) };
}

/// A server that can be made the current one of a thread.
#[derive(Debug)]
pub(crate) struct Current(Option<ManuallyDrop<Arc<ServerState>>>);

impl Current {
    pub(crate) fn new(server: &Arc<ServerState>) -> Self {
        Self(Some(ManuallyDrop::new(Arc::clone(server))))
    }

    /// Makes this the current server of the thread until the guard is dropped.
    #[inline]
    pub(crate) fn enter(&mut self) -> Entered<'_> {
        let previous = CURRENT.replace(self.0.take());
        Entered { current: self, previous }
    }
}

impl Drop for Current {
    fn drop(&mut self) {
        drop(self.0.take().map(ManuallyDrop::into_inner));
    }
}

/// Restores the previous server of the thread on drop.
pub(crate) struct Entered<'a> {
    current: &'a mut Current,
    previous: Option<ManuallyDrop<Arc<ServerState>>>,
}

impl Drop for Entered<'_> {
    #[inline]
    fn drop(&mut self) {
        self.current.0 = CURRENT.replace(self.previous.take());
    }
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
        let server = Arc::clone(&current);
        CURRENT.set(Some(current));
        Some(Self { server })
    }
}
