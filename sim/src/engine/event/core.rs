//! All the state of the run on this thread.

use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Wake, Waker};
use std::time::Duration;

use tokio::time::{Instant, Sleep};
use turmoil_net::{EnterGuard, HostId, Packet};

use super::links::Links;
use super::queue::Queue;
use super::socket::Sockets;
use crate::engine::{Ended, Host, Setup, tap};

thread_local! {
    static CORE: RefCell<Option<Core>> = const { RefCell::new(None) };
    static RUNS: Cell<u64> = const { Cell::new(0) };
}

pub(super) struct Core {
    run: u64,
    pub(super) guard: EnterGuard,
    hosts: Vec<HostId>,
    /// Whose sockets `turmoil-net` works on.
    current: Option<Host>,
    main: Arc<MainWaker>,
    end: Option<End>,
    /// Nanoseconds.
    pub(super) max_time: u64,
    max_events: u64,
    events: u64,
    clock: Option<Clock>,
    /// Nanoseconds since the start. Asked far more often than time moves, and the runtime's clock
    /// is slow to say.
    now: u64,
    pub(super) queue: Queue,
    pub(super) links: Links,
    pub(super) sockets: Sockets,
    /// Ports that take no SYN.
    pub(super) filtered: Vec<(Host, u16)>,
    /// A socket may have something to send.
    pub(super) dirty: bool,
    /// Counts how often that was collected.
    pub(super) collections: u64,
    /// Keeps its memory from one collection to the next.
    pub(super) outgoing: Vec<Packet>,
    pub(super) tapped: bool,
    /// Polls when all was idle last.
    pub(super) idle_since: u64,
    /// Whether it is being found out if there is a timer beyond the end of time.
    pub(super) beyond: bool,
}

struct Clock {
    start: Instant,
    /// Makes the runtime wake up when the next thing happens.
    pacer: Pin<Box<Sleep>>,
    paced: u64,
}

/// Tells whether the world's future is woken: the runtime would not say, and parks all the same.
#[derive(Debug, Default)]
pub(super) struct MainWaker {
    woken: AtomicBool,
    runtime: OnceLock<Waker>,
}

impl MainWaker {
    /// Notes that the runtime polls the world's future, and how to wake the runtime.
    pub(super) fn polled_by(&self, runtime: &Waker) {
        self.runtime.get_or_init(|| runtime.clone());
        self.woken.store(false, Ordering::Relaxed);
    }

    pub(super) fn woken(&self) -> bool {
        self.woken.load(Ordering::Relaxed)
    }
}

impl Wake for MainWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.woken.store(true, Ordering::Relaxed);
        if let Some(waker) = self.runtime.get() {
            waker.wake_by_ref();
        }
    }
}

/// An end that the engine brings about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Stuck,
    Livelock,
    Overtime,
    /// Of a task. Which panic it was stands in the engine's record of them.
    Panicked,
}

impl End {
    pub(super) fn ended<T>(self) -> Ended<T> {
        match self {
            Self::Panicked => Ended::Panicked(String::new()),
            Self::Stuck => Ended::Stuck,
            Self::Livelock => Ended::Livelock,
            Self::Overtime => Ended::Overtime,
        }
    }
}

impl Core {
    pub(super) fn new(
        setup: &Setup,
        guard: EnterGuard,
        hosts: Vec<HostId>,
        main: Arc<MainWaker>,
    ) -> Self {
        Self {
            run: 0,
            guard,
            current: None,
            main,
            end: None,
            max_time: nanos(setup.max_time),
            max_events: setup.max_events,
            events: 0,
            clock: None,
            now: 0,
            queue: Queue::default(),
            links: Links::new(hosts.len(), nanos(setup.latency)),
            sockets: Sockets::new(setup.receive_buffer.min(usize::from(u16::MAX))),
            hosts,
            filtered: Vec::new(),
            dirty: false,
            collections: 0,
            outgoing: Vec::new(),
            tapped: tap::installed(),
            idle_since: 0,
            beyond: false,
        }
    }

    /// Starts the clock, inside of the runtime.
    pub(super) fn start(&mut self) {
        let start = Instant::now();
        let pacer = Box::pin(tokio::time::sleep_until(start));
        self.clock = Some(Clock { start, pacer, paced: 0 });
    }

    /// Nanoseconds since the start.
    pub(super) fn now(&self) -> u64 {
        self.now
    }

    /// Time may have moved.
    pub(super) fn set_clock(&mut self) {
        self.now = self.clock.as_ref().map_or(0, |clock| nanos(clock.start.elapsed()));
    }

    /// Has the runtime wake up at that time, in whole milliseconds, if nothing happens before.
    pub(super) fn pace(&mut self, at: u64) {
        let clock = self.clock.as_mut().expect("the clock starts before anything parks");
        if clock.paced != at {
            clock.paced = at;
            clock.pacer.as_mut().reset(clock.start + Duration::from_nanos(at));
            let mut nobody = std::task::Context::from_waker(std::task::Waker::noop());
            // Registers the timer. What is woken is the runtime, and that is enough.
            let _ = clock.pacer.as_mut().poll(&mut nobody);
        }
    }

    /// Has `turmoil-net` work on the sockets of that host.
    pub(super) fn enter(&mut self, host: Host) {
        if self.current != Some(host) {
            self.current = Some(host);
            self.guard.set_current(self.hosts[usize::from(host.0)]);
        }
    }

    /// Whether the world's own future waits to be polled.
    pub(super) fn world_woken(&self) -> bool {
        self.main.woken()
    }

    /// How the run ends, if it is to.
    pub(super) fn end(&self) -> Option<End> {
        self.end
    }

    /// How the run ends, if the world is not to be polled again.
    pub(super) fn end_of_world(&self) -> Option<End> {
        // Whatever woke it then was a timer of a time that is not to come.
        self.end.or(self.beyond.then_some(End::Overtime))
    }

    /// Ends the run.
    pub(super) fn finish(&mut self, end: End) {
        self.end.get_or_insert(end);
        self.main.wake_by_ref();
    }

    /// Ends the run because too much happened.
    pub(super) fn livelock(&mut self) {
        self.finish(End::Livelock);
    }

    /// Something happened. Says whether the run goes on.
    pub(super) fn count(&mut self) -> bool {
        self.events += 1;
        if self.events > self.max_events {
            self.livelock();
        }
        self.end.is_none()
    }
}

/// Makes this the thread's run, and gives it a number.
pub(super) fn install(mut core: Core) -> u64 {
    let run = RUNS.get() + 1;
    RUNS.set(run);
    core.run = run;
    CORE.set(Some(core));
    run
}

/// Ends the thread's run.
pub(super) fn remove() {
    if let Some(mut core) = CORE.take() {
        core.sockets.forget();
    }
}

/// Works on the thread's run.
///
/// # Panics
/// If there is none: a handle of the network was used outside of its run.
pub(super) fn with<T>(work: impl FnOnce(&mut Core) -> T) -> T {
    CORE.with_borrow_mut(|core| work(core.as_mut().expect("no simulation runs on this thread")))
}

/// Works on that run, if it is still the thread's. For what may outlive its run.
pub(super) fn with_run<T>(run: u64, work: impl FnOnce(&mut Core) -> T) -> Option<T> {
    CORE.with_borrow_mut(|core| core.as_mut().filter(|core| core.run == run).map(work))
}

/// In nanoseconds; 584 years at most.
pub(super) fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
