use std::cell::Cell;
use std::mem::ManuallyDrop;
use std::sync::Arc;

use super::ShutdownHandle;
use crate::state::ServerState;

thread_local! {
    /// The server whose connection or handler this thread polls now.
    ///
    /// `ManuallyDrop`, because each access to a thread-local with a destructor checks a flag. A
    /// guard takes each value out again, so none is left when the thread ends.
    static CURRENT: Cell<Option<ManuallyDrop<Arc<ServerState>>>> = const { Cell::new(None) };
}

/// A server that can be made the current server of a thread.
///
/// `None` while the server is current, because the reference moves into the thread-local. A clone
/// would cost each poll two atomic operations.
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
    /// Call this in a handler's future. Other tasks get `None`, such as a task that the handler has
    /// spawned, or the worker of a layer that calls the application from its own task, as tower's
    /// `Buffer` does. The stream of a response's body gets `None` on HTTP/2. For such code, take
    /// the handle in the handler and move it there, or let
    /// [`ShutdownHandleLayer`](crate::layer::ShutdownHandleLayer) put it into the request.
    ///
    /// With axum, the extractor [`ShutdownHandle`] returns the same handle.
    #[must_use]
    pub fn current() -> Option<Self> {
        let current = CURRENT.take()?;
        let server = Arc::clone(&current);
        CURRENT.set(Some(current));
        Some(Self { server })
    }
}
