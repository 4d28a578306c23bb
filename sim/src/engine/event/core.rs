//! The state of the run on this thread.

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
    /// The host whose sockets `turmoil-net` currently works on.
    current: Option<Host>,
    main: Arc<MainWaker>,
    end: Option<End>,
    /// Nanoseconds.
    pub(super) max_time: u64,
    max_events: u64,
    events: u64,
    clock: Option<Clock>,
    /// Nanoseconds since the start. Cached, because the runtime's clock is slow to read.
    now: u64,
    pub(super) queue: Queue,
    pub(super) links: Links,
    pub(super) sockets: Sockets,
    /// Ports with a SYN filter.
    pub(super) filtered: Vec<(Host, u16)>,
    /// Whether a socket may have something to send.
    pub(super) dirty: bool,
    /// Number of collections of outgoing packets.
    pub(super) collections: u64,
    /// Reused by each collection, to keep its memory.
    pub(super) outgoing: Vec<Packet>,
    pub(super) tapped: bool,
    /// Number of polls when all tasks were idle last.
    pub(super) idle_since: u64,
    /// Whether the run currently looks for a timer after the end of time.
    pub(super) beyond: bool,
}

struct Clock {
    start: Instant,
    /// Wakes the runtime at the next event.
    pacer: Pin<Box<Sleep>>,
    paced: u64,
}

/// Knows whether the world's future is woken. The runtime does not say, and parks anyway.
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

/// The ends that the engine decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Stuck,
    Livelock,
    Overtime,
    /// A task panicked. The engine's recorder has the message.
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

    /// Starts the clock, inside the runtime.
    pub(super) fn start(&mut self) {
        let start = Instant::now();
        let pacer = Box::pin(tokio::time::sleep_until(start));
        self.clock = Some(Clock { start, pacer, paced: 0 });
    }

    /// Nanoseconds since the start.
    pub(super) fn now(&self) -> u64 {
        self.now
    }

    /// Reads the runtime's clock again, because time may have moved.
    pub(super) fn set_clock(&mut self) {
        self.now = self.clock.as_ref().map_or(0, |clock| nanos(clock.start.elapsed()));
    }

    /// Makes the runtime wake at this time, in whole milliseconds, if nothing happens before.
    pub(super) fn pace(&mut self, at: u64) {
        let clock = self.clock.as_mut().expect("the clock starts before anything parks");
        if clock.paced != at {
            clock.paced = at;
            clock.pacer.as_mut().reset(clock.start + Duration::from_nanos(at));
            let mut nobody = std::task::Context::from_waker(std::task::Waker::noop());
            // Polling registers the timer. The timer wakes the runtime, which is enough.
            let _ = clock.pacer.as_mut().poll(&mut nobody);
        }
    }

    /// Makes `turmoil-net` work on the sockets of this host.
    pub(super) fn enter(&mut self, host: Host) {
        if self.current != Some(host) {
            self.current = Some(host);
            self.guard.set_current(self.hosts[usize::from(host.0)]);
        }
    }

    /// Whether the world's own future waits for a poll.
    pub(super) fn world_woken(&self) -> bool {
        self.main.woken()
    }

    /// How the run ends, if the engine ends it.
    pub(super) fn end(&self) -> Option<End> {
        self.end
    }

    /// How the run ends, if the world is not to be polled again.
    pub(super) fn end_of_world(&self) -> Option<End> {
        // A timer beyond the end of time woke the world's future.
        self.end.or(self.beyond.then_some(End::Overtime))
    }

    /// Ends the run.
    pub(super) fn finish(&mut self, end: End) {
        self.end.get_or_insert(end);
        self.main.wake_by_ref();
    }

    /// Ends the run because it had too many events.
    pub(super) fn livelock(&mut self) {
        self.finish(End::Livelock);
    }

    /// Counts an event. Returns whether the run goes on.
    pub(super) fn count(&mut self) -> bool {
        self.events += 1;
        if self.events > self.max_events {
            self.livelock();
        }
        self.end.is_none()
    }
}

/// Makes this core the thread's run, and gives it a number.
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

/// Calls `work` with the thread's run.
///
/// # Panics
///
/// If no run is under way: a handle of the network was used outside its run.
pub(super) fn with<T>(work: impl FnOnce(&mut Core) -> T) -> T {
    CORE.with_borrow_mut(|core| work(core.as_mut().expect("no simulation runs on this thread")))
}

/// Calls `work` with this run, if it is still the thread's. For handles that may outlive their run.
pub(super) fn with_run<T>(run: u64, work: impl FnOnce(&mut Core) -> T) -> Option<T> {
    CORE.with_borrow_mut(|core| core.as_mut().filter(|core| core.run == run).map(work))
}

/// Nanoseconds, at most 584 years.
pub(super) fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
