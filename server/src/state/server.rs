use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering, fence};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use futures_util::task::AtomicWaker;
use tokio::sync::Notify;

use super::hooked::HookedMachine;
use super::{BufferBudget, Conn};
use crate::clock::SharedClock;
use crate::drain::{Input, Machine, Phase, Policy, ShutdownFlags};

/// The state of one server, which the driver, every connection and every handle share.
#[derive(Debug)]
pub(crate) struct ServerState {
    machine: Mutex<HookedMachine>,
    /// The bits of [`ShutdownFlags`].
    flags: AtomicU8,
    /// Set once, when the server begins to serve.
    clock: OnceLock<SharedClock>,
    /// Wakes the driver, because the machine has actions or a sweep is due.
    pub(crate) driver: Notify,
    /// Wakes the tasks that wait for the shutdown to begin.
    pub(crate) began: Notify,
    /// Connections and tracked tasks take ids from the same sequence.
    next_id: AtomicU64,
    /// Whether the machine counts each request.
    tracking: AtomicBool,
    pub(crate) buffers: BufferBudget,
    /// The cause by which a handle requests the shutdown: `Panicked` or `Begin`.
    requested: Mutex<Option<Input>>,
    /// By id and so in the order of acceptance. The tasks are woken in this order, so that a
    /// simulation can be repeated.
    connections: Mutex<BTreeMap<u64, Arc<Conn>>>,
    tasks: Mutex<BTreeMap<u64, Arc<TaskEntry>>>,
    /// Wakes the tasks that wait for the last tracked task to end.
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

    /// Prepares for serving: replaces the machine by one with the given policy. The new machine
    /// gets the tasks that a handle tracked before.
    ///
    /// # Panics
    ///
    /// When called a second time.
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
            "a `ShutdownHandle` belongs to one `serve`; create another handle"
        );
        let mut machine = self.machine();
        let tasks = machine.counts().tasks;
        machine.begin(policy, resources);
        for _ in 0..tasks {
            machine.handle(Duration::ZERO, Input::TaskStarted);
        }
    }

    /// Locks the shutdown machine.
    pub(crate) fn machine(&self) -> MutexGuard<'_, HookedMachine> {
        lock(&self.machine)
    }

    /// A copy of the machine, for events. Observers that ran under the lock would delay every
    /// request.
    pub(crate) fn snapshot(&self) -> Machine {
        Machine::clone(&self.machine())
    }

    /// The clock.
    ///
    /// # Panics
    ///
    /// Before [`begin`](Self::begin).
    #[inline]
    pub(crate) fn clock(&self) -> &SharedClock {
        self.clock.get().expect("a connection exists only while the server serves")
    }

    /// Hands an input to the machine. Wakes the driver if the machine has actions, or if the driver
    /// must report a phase.
    pub(crate) fn tell(&self, input: Input) {
        let mut machine = self.machine();
        let now = self.clock.get().map_or(Duration::ZERO, SharedClock::since_origin);
        let before = machine.phase();
        machine.handle(now, input);
        // Without resources the phase `Releasing` begins without an action. The driver reports that
        // phase too.
        let releasing = before < Phase::Releasing && machine.phase() == Phase::Releasing;
        let woken = releasing || machine.has_actions();
        drop(machine);
        if woken {
            self.driver.notify_one();
        }
    }

    /// Whether the machine counts each request.
    pub(crate) fn is_tracking(&self) -> bool {
        self.tracking.load(Ordering::Relaxed)
    }

    /// Makes the machine count each request from now on, beginning with the requests in flight. The
    /// driver calls this before the shutdown begins. Only the driver opens connections, so no new
    /// connection is missed.
    pub(crate) fn track_requests(&self) {
        if !self.tracking.swap(true, Ordering::Relaxed) {
            for conn in self.connections() {
                conn.track_requests();
            }
        }
    }

    /// Requests the shutdown. `input` is `Panicked` or `Begin`. Wakes the tasks that wait for the
    /// shutdown at once, even before the server serves. The driver reads the request when it runs.
    pub(crate) fn request_shutdown(&self, input: Input) {
        let mut requested = lock(&self.requested);
        // A panic takes precedence over the application's request, because a panic has an exit code
        // of its own.
        if *requested != Some(Input::Panicked) {
            *requested = Some(input);
        }
        drop(requested);
        self.set_flag(ShutdownFlags::UNREADY);
        self.driver.notify_one();
    }

    /// Takes the request that was made since the last call.
    pub(crate) fn take_shutdown_request(&self) -> Option<Input> {
        lock(&self.requested).take()
    }

    /// The flags that the shutdown has set so far.
    #[inline]
    pub(crate) fn flags(&self) -> ShutdownFlags {
        ShutdownFlags::from_bits(self.flags.load(Ordering::Acquire))
    }

    /// Sets a flag, and wakes the tasks that must act on it. `UNREADY` wakes no connection, because
    /// it asks for no action of a connection.
    pub(crate) fn set_flag(&self, flag: ShutdownFlags) {
        // A handler on another thread may see `UNREADY` and answer at once. That response must
        // already announce the close.
        let flags = if flag == ShutdownFlags::UNREADY {
            flag.with(ShutdownFlags::ANNOUNCE_CLOSE)
        } else {
            flag
        };
        self.flags.fetch_or(flags.bits(), Ordering::AcqRel);
        // With the fence in `Conn::is_run_by`: a connection that sets its waker now sees the flag,
        // or its waker is seen below.
        fence(Ordering::SeqCst);
        if flag.has(ShutdownFlags::UNREADY) {
            self.began.notify_waiters();
            return;
        }
        for conn in self.connections() {
            conn.wake();
        }
        if flag.has(ShutdownFlags::ABORT) {
            // Outside of the lock: a waker may drop the task, which then leaves the list.
            let tasks: Vec<_> = lock(&self.tasks).values().cloned().collect();
            for task in tasks {
                task.aborted.store(true, Ordering::Release);
                task.waker.wake();
            }
        }
    }

    /// A new id for a connection or a tracked task.
    pub(crate) fn next_id(&self) -> u64 {
        self.next_id.fetch_add(1, Ordering::Relaxed)
    }

    /// Adds a connection to the list.
    pub(crate) fn enlist(&self, conn: &Arc<Conn>) {
        lock(&self.connections).insert(conn.id(), Arc::clone(conn));
    }

    /// Removes a connection from the list.
    pub(crate) fn discharge(&self, id: u64) {
        lock(&self.connections).remove(&id);
    }

    /// The connections, in the order of acceptance.
    pub(crate) fn connections(&self) -> Vec<Arc<Conn>> {
        lock(&self.connections).values().cloned().collect()
    }

    /// Adds a tracked task.
    pub(crate) fn enlist_task(&self, id: u64, task: &Arc<TaskEntry>) {
        lock(&self.tasks).insert(id, Arc::clone(task));
        self.tell(Input::TaskStarted);
        // A task that starts after the abort is cut too. This code only ever stores `true`: with
        // `false` it could undo an abort that comes between the check and the store.
        if self.flags().has(ShutdownFlags::ABORT) {
            task.aborted.store(true, Ordering::Release);
        }
    }

    /// Removes a tracked task.
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

    /// Waits until no tracked task is left. Cancel safe.
    pub(crate) async fn tasks_ended(&self) {
        let mut ended = std::pin::pin!(self.no_tasks.notified());
        loop {
            // Register before the check, so that no notification is missed in between.
            ended.as_mut().enable();
            if lock(&self.tasks).is_empty() {
                return;
            }
            ended.as_mut().await;
            ended.set(self.no_tasks.notified());
        }
    }
}

/// Locks the mutex, poisoned or not. No code under these locks panics halfway through a change.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The state of a tracked task that its future and the driver share.
#[derive(Debug, Default)]
pub(crate) struct TaskEntry {
    /// Wakes the task when it is cut.
    pub(crate) waker: AtomicWaker,
    /// Whether the task is cut: the next poll either completes the future or drops the future.
    pub(crate) aborted: AtomicBool,
}
