use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::future::AbortHandle;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A spawned task. Awaiting it gives its output. Dropping it detaches the task.
#[derive(Debug)]
pub struct Task<T>(Inner<T>);

/// The task gave no output: it was aborted, it panicked (which ends the run), or the run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the task was stopped")]
pub struct Stopped;

#[derive(Debug)]
enum Inner<T> {
    Joined(JoinHandle<T>),
    Afar { output: oneshot::Receiver<T>, abort: AbortHandle },
}

impl<T> Task<T> {
    /// A task of this thread's runtime.
    pub(super) fn joined(handle: JoinHandle<T>) -> Self {
        Self(Inner::Joined(handle))
    }

    /// A task of another runtime.
    pub(super) fn afar(output: oneshot::Receiver<T>, abort: AbortHandle) -> Self {
        Self(Inner::Afar { output, abort })
    }

    /// Stops the task at its next await; its future is dropped.
    pub fn abort(&self) {
        match &self.0 {
            Inner::Joined(handle) => handle.abort(),
            Inner::Afar { abort, .. } => abort.abort(),
        }
    }
}

impl<T> Future for Task<T> {
    type Output = Result<T, Stopped>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.get_mut().0 {
            Inner::Joined(handle) => Pin::new(handle).poll(cx).map_err(|_| Stopped),
            Inner::Afar { output, .. } => Pin::new(output).poll(cx).map_err(|_| Stopped),
        }
    }
}
