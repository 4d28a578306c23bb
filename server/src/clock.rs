//! Time as a parameter.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

/// A source of time.
///
/// A clock must be monotonic, and `sleep_until` must agree with `now`: when the sleep ends, `now`
/// is at or after `at`.
pub trait Clock: Send + Sync + 'static {
    /// The present time.
    fn now(&self) -> Instant;

    /// Waits until `at`. Returns at once when `at` has passed. Cancel safe: dropping the future
    /// ends the wait.
    fn sleep_until(&self, at: Instant) -> impl Future<Output = ()> + Send + 'static;
}

/// Tokio's clock: real time, or the paused time of a test or a simulation.
#[derive(Clone, Copy, Debug, Default)]
pub struct TokioClock;

impl Clock for TokioClock {
    fn now(&self) -> Instant {
        tokio::time::Instant::now().into_std()
    }

    fn sleep_until(&self, at: Instant) -> impl Future<Output = ()> + Send + 'static {
        tokio::time::sleep_until(at.into())
    }
}

pub(crate) type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// An object-safe [`Clock`], so that connections need not be generic over the clock.
trait AnyClock: Send + Sync {
    fn now(&self) -> Instant;
    fn sleep_until(&self, at: Instant) -> Sleep;
}

impl<C: Clock> AnyClock for C {
    fn now(&self) -> Instant {
        Clock::now(self)
    }

    fn sleep_until(&self, at: Instant) -> Sleep {
        Box::pin(Clock::sleep_until(self, at))
    }
}

/// A shared clock, with the origin of the drain machine's times.
#[derive(Clone)]
pub(crate) struct SharedClock {
    clock: Arc<dyn AnyClock>,
    origin: Instant,
}

impl SharedClock {
    pub(crate) fn new(clock: impl Clock) -> Self {
        let origin = Clock::now(&clock);
        Self { clock: Arc::new(clock), origin }
    }

    pub(crate) fn now(&self) -> Instant {
        self.clock.now()
    }

    pub(crate) fn since_origin(&self) -> Duration {
        self.now().saturating_duration_since(self.origin)
    }

    pub(crate) fn sleep(&self, duration: Duration) -> Sleep {
        self.clock.sleep_until(after(self.now(), duration))
    }

    pub(crate) fn sleep_until(&self, since_origin: Duration) -> Sleep {
        self.clock.sleep_until(after(self.origin, since_origin))
    }
}

/// 30 years: the upper limit of every duration. A caller that wants no bound may pass a duration
/// that overflows an [`Instant`].
pub(crate) const FOREVER: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);

fn after(at: Instant, duration: Duration) -> Instant {
    at + duration.min(FOREVER)
}

impl std::fmt::Debug for SharedClock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SharedClock").field("origin", &self.origin).finish_non_exhaustive()
    }
}

/// hyper's timer over our clock. Without a timer, hyper ignores its timeouts and logs a warning.
impl hyper::rt::Timer for SharedClock {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn hyper::rt::Sleep>> {
        Box::pin(HyperSleep(Mutex::new(Self::sleep(self, duration))))
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn hyper::rt::Sleep>> {
        Box::pin(HyperSleep(Mutex::new(self.clock.sleep_until(deadline))))
    }

    fn now(&self) -> Instant {
        self.clock.now()
    }
}

/// The mutex is never locked; it only makes the sleep `Sync`, as hyper demands.
struct HyperSleep(Mutex<Sleep>);

impl Future for HyperSleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let sleep = self.get_mut().0.get_mut();
        sleep.unwrap_or_else(std::sync::PoisonError::into_inner).as_mut().poll(cx)
    }
}

impl hyper::rt::Sleep for HyperSleep {}
