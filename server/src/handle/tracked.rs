use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::drain::Input;
use crate::state::{ServerState, TaskEntry};

/// Registers a task as one that the shutdown waits for, until this is dropped.
struct Membership {
    server: Arc<ServerState>,
    id: u64,
    entry: Arc<TaskEntry>,
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.server.discharge_task(self.id);
    }
}

pin_project! {
    /// A future that the shutdown waits for. Made by
    /// [`ShutdownHandle::track`](super::ShutdownHandle::track).
    ///
    /// A panic propagates through this future, and ends its tracking.
    #[must_use = "futures do nothing unless polled, and the shutdown waits for this one"]
    pub struct Tracked<F> {
        // Dropped before the task counts as ended; its output promises that.
        #[pin]
        future: Option<F>,
        membership: Option<Membership>,
        essential: bool,
    }
}

impl<F> Tracked<F> {
    pub(super) fn new(server: &Arc<ServerState>, future: F) -> Self {
        let id = server.next_id();
        let entry = Arc::new(TaskEntry::default());
        server.enlist_task(id, &entry);
        let membership = Membership { server: Arc::clone(server), id, entry };
        Self { future: Some(future), membership: Some(membership), essential: false }
    }

    /// Makes a panic of this future begin the shutdown, with exit code
    /// [`PANIC`](crate::exit_code::PANIC). The panic then propagates.
    pub fn essential(self) -> Self {
        Self { essential: true, ..self }
    }
}

impl<F: Future> Future for Tracked<F> {
    type Output = Result<F::Output, Aborted>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let Some(membership) = this.membership.as_ref() else {
            return Poll::Ready(Err(Aborted));
        };
        membership.entry.waker.register(cx.waker());
        let aborted = membership.entry.aborted.load(Ordering::Acquire);
        let Some(future) = this.future.as_mut().as_pin_mut() else {
            return Poll::Ready(Err(Aborted));
        };
        // The future is polled first: a future that is ready at the deadline counts as finished.
        let output = match catch_unwind(AssertUnwindSafe(|| future.poll(cx))) {
            Ok(Poll::Ready(output)) => Ok(output),
            Ok(Poll::Pending) if aborted => Err(Aborted),
            Ok(Poll::Pending) => return Poll::Pending,
            Err(panic) => {
                if *this.essential {
                    membership.server.request_shutdown(Input::Panicked);
                }
                // Drop the future now, because the caller that catches the panic may keep `self`.
                this.future.set(None);
                *this.membership = None;
                resume_unwind(panic);
            }
        };
        this.future.set(None);
        *this.membership = None;
        Poll::Ready(output)
    }
}

impl<F> fmt::Debug for Tracked<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tracked").field("essential", &self.essential).finish_non_exhaustive()
    }
}

/// A tracked future was dropped at the deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aborted;

impl fmt::Display for Aborted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the shutdown's deadline passed before the tracked future ended")
    }
}

impl std::error::Error for Aborted {}
