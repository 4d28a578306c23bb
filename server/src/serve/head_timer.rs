use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use hyper::rt;

use crate::state::Conn;

/// The timer of hyper's for the time that a head may take. hyper sets it when it begins to wait for
/// a head, and for nothing else: so the body of the request before is read to its end, which hyper
/// does not tell in any other way.
pub(super) struct HeadTimer {
    conn: Arc<Conn>,
    /// Whether a head may only take so long.
    limited: bool,
}

impl HeadTimer {
    pub(super) fn new(conn: &Arc<Conn>, limited: bool) -> Self {
        Self { conn: Arc::clone(conn), limited }
    }
}

impl rt::Timer for HeadTimer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn rt::Sleep>> {
        rt::Timer::sleep(self.conn.shared().clock(), duration)
    }

    #[inline]
    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn rt::Sleep>> {
        self.conn.awaits_head();
        if self.limited {
            rt::Timer::sleep_until(self.conn.shared().clock(), deadline)
        } else {
            // Of no size, so that this does not allocate.
            Box::pin(Never)
        }
    }

    #[inline]
    fn now(&self) -> Instant {
        let clock = self.conn.shared().clock();
        // The time costs something, and is not looked at.
        if self.limited { clock.now() } else { clock.origin() }
    }
}

/// A time that does not come.
struct Never;

impl Future for Never {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        Poll::Pending
    }
}

impl rt::Sleep for Never {}
