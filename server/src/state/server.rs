use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::hooked::HookedMachine;
use super::{BufferBudget, Conn, TaskEntry};
use crate::clock::SharedClock;
use crate::drain::{Input, Machine, Phase, Policy, ShutdownFlags};

/// What the driver, every connection and every handle have in common.
#[derive(Debug)]
pub(crate) struct ServerState {
    machine: Mutex<HookedMachine>,
    flags: AtomicU8,
    /// Set once, when serving begins.
    clock: OnceLock<SharedClock>,
    /// Wakes the driver: the machine has actions.
    pub(crate) driver: Notify,
    /// Wakes whoever awaits the beginning of the shutdown.
    pub(crate) began: Notify,
    next_id: AtomicU64,
    /// Whether the machine is told of every request.
    tracking: AtomicBool,
    pub(crate) buffers: BufferBudget,
    /// What a handle asks the driver to begin the shutdown for.
    requested: Mutex<Option<Input>>,
    /// In order of acceptance, so that orders reach them in an order that can be repeated.
    connections: Mutex<BTreeMap<u64, Arc<Conn>>>,
    tasks: Mutex<BTreeMap<u64, Arc<TaskEntry>>>,
    /// Wakes whoever awaits the last of them.
    no_tasks: Notify,
}

impl ServerState {
    pub(crate) fn new() -> Self {
        Self {
            machine: Mutex::default(),
            flags: AtomicU8::new(0),
            clock: OnceLock::new(),
            driver: Notify::new(),
            began: Notify::new(),
            next_id: AtomicU64::new(0),
            tracking: AtomicBool::new(false),
            buffers: BufferBudget::default(),
            requested: Mutex::default(),
            connections: Mutex::default(),
            tasks: Mutex::default(),
            no_tasks: Notify::new(),
        }
    }

    /// Begins: the machine gets its real policy, and whatever was tracked before is told to it
    /// again.
    ///
    /// # Panics
    ///
    /// When it has begun before.
    pub(crate) fn begin(
        &self,
        clock: SharedClock,
        policy: Policy,
        resources: Vec<Duration>,
        park_beyond: usize,
    ) {
        self.buffers.set_limit(park_beyond);
        assert!(
            self.clock.set(clock).is_ok(),
            "a `ShutdownHandle` belongs to one `serve`; make another"
        );
        let mut machine = self.machine();
        let tasks = machine.counts().tasks;
        machine.begin(policy, resources);
        for _ in 0..tasks {
            machine.handle(Duration::ZERO, Input::TaskStarted);
        }
    }

    pub(crate) fn machine(&self) -> MutexGuard<'_, HookedMachine> {
        lock(&self.machine)
    }

    /// A copy of the machine, for events: observers that ran under the lock would hold up every
    /// request.
    pub(crate) fn snapshot(&self) -> Machine {
        Machine::clone(&self.machine())
    }

    #[inline]
    pub(crate) fn clock(&self) -> &SharedClock {
        self.clock.get().expect("connections are only made while serving")
    }

    /// Tells the machine what happened, and wakes the driver if it has something to do or report.
    pub(crate) fn tell(&self, input: Input) {
        let mut machine = self.machine();
        let now = self.clock.get().map_or(Duration::ZERO, SharedClock::since_origin);
        let before = machine.phase();
        machine.handle(now, input);
        // `Releasing` begins without an action when there are no resources. The driver reports it.
        let releasing = before < Phase::Releasing && machine.phase() == Phase::Releasing;
        let woken = releasing || machine.has_actions();
        drop(machine);
        if woken {
            self.driver.notify_one();
        }
    }

    /// Whether the machine is told of every request.
    pub(crate) fn is_tracking(&self) -> bool {
        self.tracking.load(Ordering::Relaxed)
    }

    /// From here on the machine is told of every request, beginning with those in flight: called
    /// before the machine hears that the shutdown begins. Connections are opened by the caller's
    /// task only, so none slips in between.
    pub(crate) fn track_requests(&self) {
        if !self.tracking.swap(true, Ordering::Relaxed) {
            for conn in self.connections() {
                conn.track_requests();
            }
        }
    }

    /// Asks for the shutdown: `Panicked` or `Begin`. The driver takes note, one that comes later
    /// too; the handles do not wait for a driver.
    pub(crate) fn request_shutdown(&self, input: Input) {
        let mut requested = lock(&self.requested);
        // A panic outranks the application's wish: it has its own exit code.
        if *requested != Some(Input::Panicked) {
            *requested = Some(input);
        }
        drop(requested);
        self.set_flag(ShutdownFlags::UNREADY);
        self.driver.notify_one();
    }

    /// What the shutdown was asked for by, since this was last asked.
    pub(crate) fn take_shutdown_request(&self) -> Option<Input> {
        lock(&self.requested).take()
    }

    #[inline]
    pub(crate) fn flags(&self) -> ShutdownFlags {
        ShutdownFlags::from_bits(self.flags.load(Ordering::Acquire))
    }

    /// Sets a flag, and wakes every task that it concerns.
    pub(crate) fn set_flag(&self, flag: ShutdownFlags) {
        // A handler that learns of the shutdown by this flag may answer at once, on another thread,
        // and its answer must announce the close already.
        let flags = if flag == ShutdownFlags::UNREADY {
            flag.with(ShutdownFlags::ANNOUNCE_CLOSE)
        } else {
            flag
        };
        self.flags.fetch_or(flags.bits(), Ordering::AcqRel);
        if flag.has(ShutdownFlags::UNREADY) {
            self.began.notify_waiters();
            return;
        }
        for conn in self.connections() {
            conn.wake();
        }
        if flag.has(ShutdownFlags::ABORT) {
            for task in lock(&self.tasks).values() {
                task.aborted.store(true, Ordering::Release);
                task.waker.wake();
            }
        }
    }

    pub(crate) fn next_id(&self) -> u64 {
        self.next_id.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) fn enlist(&self, conn: &Arc<Conn>) {
        lock(&self.connections).insert(conn.id(), Arc::clone(conn));
    }

    pub(crate) fn discharge(&self, id: u64) {
        lock(&self.connections).remove(&id);
    }

    pub(crate) fn connections(&self) -> Vec<Arc<Conn>> {
        lock(&self.connections).values().cloned().collect()
    }

    pub(crate) fn enlist_task(&self, id: u64, task: &Arc<TaskEntry>) {
        lock(&self.tasks).insert(id, Arc::clone(task));
        self.tell(Input::TaskStarted);
        // One that comes after everything was cut is cut too. Nothing is stored otherwise: the
        // order may have come in between.
        if self.flags().has(ShutdownFlags::ABORT) {
            task.aborted.store(true, Ordering::Release);
        }
    }

    pub(crate) fn discharge_task(&self, id: u64) {
        let mut tasks = lock(&self.tasks);
        let removed = tasks.remove(&id).is_some();
        let last = tasks.is_empty();
        drop(tasks);
        if removed {
            self.tell(Input::TaskEnded);
        }
        if last {
            self.no_tasks.notify_waiters();
        }
    }

    pub(crate) async fn tasks_ended(&self) {
        let mut ended = std::pin::pin!(self.no_tasks.notified());
        loop {
            // Listening before looking, so that nothing is missed in between.
            ended.as_mut().enable();
            if lock(&self.tasks).is_empty() {
                return;
            }
            ended.as_mut().await;
            ended.set(self.no_tasks.notified());
        }
    }
}

/// Locks; a panic elsewhere has not left anything half done under any of our locks.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
