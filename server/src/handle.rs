use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::serve::{Orders, Shared, TaskEntry};

/// What the application sees of the shutdown, and how it takes part.
///
/// A cheap handle: clones are the same. It belongs to one [`serve`](crate::serve()), which puts it
/// into the extensions of every request.
#[derive(Clone, Debug)]
pub struct Drain {
    shared: Arc<Shared>,
}

impl Default for Drain {
    fn default() -> Self {
        Self::new()
    }
}

impl Drain {
    /// A handle for [`Serve::drain`](crate::Serve::drain), made before it so that routes and tasks
    /// can have it.
    #[must_use]
    pub fn new() -> Self {
        Self { shared: Arc::new(Shared::new()) }
    }

    pub(crate) fn of(shared: &Arc<Shared>) -> Self {
        Self { shared: Arc::clone(shared) }
    }

    /// How many connections hold more than they need between two requests.
    #[cfg(test)]
    pub(crate) fn unparked(&self) -> usize {
        self.shared.crowd.unparked()
    }

    pub(crate) fn into_shared(self) -> Arc<Shared> {
        self.shared
    }

    /// Whether the shutdown has begun. Never becomes false again.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.shared.orders().has(Orders::UNREADY)
    }

    /// Waits until the shutdown begins; over at once when it has. Cancel safe.
    ///
    /// For what would otherwise go on for ever: event streams, long polls and WebSockets end when
    /// this does.
    pub fn draining(&self) -> impl Future<Output = ()> + Send + 'static {
        let shared = Arc::clone(&self.shared);
        async move {
            let mut began = std::pin::pin!(shared.began.notified());
            // Listening before looking, so that nothing is missed in between.
            began.as_mut().enable();
            if !shared.orders().has(Orders::UNREADY) {
                began.await;
            }
        }
    }

    /// Makes the shutdown wait for `future`, from this call until it ends or is dropped.
    ///
    /// It does not spawn: await the result, or hand it to `tokio::spawn`. At the deadline it is
    /// dropped, and gives [`Aborted`].
    pub fn track<F: Future>(&self, future: F) -> Tracked<F> {
        let id = self.shared.next_id();
        let entry = Arc::new(TaskEntry::default());
        self.shared.enlist_task(id, &entry);
        let membership = Membership { shared: Arc::clone(&self.shared), id, entry };
        Tracked { future: Some(future), membership: Some(membership), essential: false }
    }
}

/// A task's place among those that the shutdown waits for.
struct Membership {
    shared: Arc<Shared>,
    id: u64,
    entry: Arc<TaskEntry>,
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.shared.discharge_task(self.id);
    }
}

pin_project! {
    /// A future that the shutdown waits for. Made by [`Drain::track`].
    #[must_use = "futures do nothing unless polled, and the shutdown waits for this one"]
    pub struct Tracked<F> {
        // Dropped, as its own output demands, before it counts as ended.
        #[pin]
        future: Option<F>,
        membership: Option<Membership>,
        essential: bool,
    }
}

impl<F> Tracked<F> {
    /// Makes its panic begin the shutdown, with exit code [`PANIC`](crate::exit_code::PANIC). The
    /// panic then goes on.
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
        // What is ready at the deadline has made it.
        let output = match catch_unwind(AssertUnwindSafe(|| future.poll(cx))) {
            Ok(Poll::Ready(output)) => Ok(output),
            Ok(Poll::Pending) if aborted => Err(Aborted),
            Ok(Poll::Pending) => return Poll::Pending,
            Err(panic) => {
                if *this.essential {
                    membership.shared.panicked();
                }
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
        f.write_str("cut at the end of the drain")
    }
}

impl std::error::Error for Aborted {}
