use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use super::flag::Flag;
use super::marks::Marks;
use super::recorder::Recorder;
use super::world::World;
use crate::history::{EventKind, Sign, Trouble};
use crate::plan::Contract;

/// The state that all actors of a run share.
///
/// Order of calls: [`new`](Self::new), then [`set_ready`](Self::set_ready) once the server answers,
/// then side by side [`act`](super::act()) for each actor of the plan,
/// [`watch_listener`](super::watch_listener), [`watch_exit`](super::watch_exit) and
/// [`supervise`](super::supervise()). The run is over when `supervise` returns.
#[derive(Debug)]
pub struct RunContext<W> {
    contract: Contract,
    recorder: Arc<Recorder>,
    world: W,
    marks: Marks,
    ready: OnceLock<u64>,
    /// The time of the first signal, in microseconds since the run began.
    signalled: OnceLock<u64>,
    signal_sent: Flag,
    visible: Flag,
    killing: AtomicBool,
    exit_seen: Flag,
    over: Flag,
    /// The open connections: the client's port, which identifies one to the world, and its name.
    conns: Mutex<Vec<(u16, String)>>,
}

impl<W: World> RunContext<W> {
    /// The state at the start of a run.
    #[must_use]
    pub fn new(contract: Contract, recorder: Arc<Recorder>, world: W) -> Self {
        Self {
            contract,
            recorder,
            world,
            marks: Marks::default(),
            ready: OnceLock::new(),
            signalled: OnceLock::new(),
            signal_sent: Flag::default(),
            visible: Flag::default(),
            killing: AtomicBool::new(false),
            exit_seen: Flag::default(),
            over: Flag::default(),
            conns: Mutex::default(),
        }
    }

    /// The contract that the server is judged by.
    pub fn contract(&self) -> &Contract {
        &self.contract
    }

    /// The world of this run.
    pub fn world(&self) -> &W {
        &self.world
    }

    /// Records that the server answers from now on. Plans count their times from this call.
    pub fn set_ready(&self) {
        let _ = self.ready.set(self.now_us());
        self.record("server", EventKind::Ready);
    }

    /// Starts the times of the plan before the server answers. For a world that signals the server
    /// during its startup, and records readiness itself.
    pub fn set_begun(&self) {
        let _ = self.ready.set(self.now_us());
    }

    /// Appends an observation to the history, with the time of this call.
    pub fn record(&self, actor: &str, what: EventKind) {
        self.recorder.record(actor, what);
    }

    /// Microseconds since the run began.
    pub fn now_us(&self) -> u64 {
        self.recorder.now_us()
    }

    /// Waits for a duration of the world's clock. Cancel safe.
    pub async fn sleep(&self, time: Duration) {
        self.world.sleep_until_us(after(self.now_us(), time)).await;
    }

    /// Sets a mark.
    pub fn mark(&self, actor: &str, label: &str) {
        // Only the first setting is recorded, because load sets a mark at every request.
        if !self.marks.is_set(label) {
            self.record(actor, EventKind::Marked { label: label.to_owned() });
        }
        self.marks.set(label);
    }

    /// Whether the mark has been set.
    pub fn is_marked(&self, label: &str) -> bool {
        self.marks.is_set(label)
    }

    /// Waits until a mark was set `times` times, or for the end of the run. Cancel safe.
    pub async fn wait_mark(&self, label: &str, times: u64) {
        tokio::select! {
            biased;
            () = self.marks.wait(label, times) => {}
            () = self.over() => {}
        }
    }

    /// Waits until `us` microseconds after the server was ready, or for the end of the run. Cancel
    /// safe.
    pub async fn wait_at(&self, us: u64) {
        let ready = self.ready.get().copied().unwrap_or_else(|| self.now_us());
        tokio::select! {
            biased;
            () = self.world.sleep_until_us(ready.saturating_add(us)) => {}
            () = self.over() => {}
        }
    }

    /// Notes the time of the first signal. Call this before each signal is sent.
    pub(super) fn set_signalled(&self) {
        self.signalled.get_or_init(|| self.now_us());
        self.signal_sent.raise();
    }

    /// The time of the first signal, in microseconds since the run began.
    pub fn signalled_us(&self) -> Option<u64> {
        self.signalled.get().copied()
    }

    /// Waits for the first signal. Cancel safe.
    pub async fn signalled(&self) {
        self.signal_sent.wait().await;
    }

    /// Records a sign of shutdown. Only the first sign after a signal counts.
    pub fn saw(&self, sign: Sign) {
        if self.signalled.get().is_some() {
            // Recorded before the waiting actors wake, because their events must stand after it.
            self.visible.raise_after(|| self.record("world", EventKind::Visible { sign }));
        }
    }

    /// Records a sign of shutdown if this status of an answer is one.
    pub fn saw_status(&self, status: u16) {
        if status == 503 {
            self.saw(Sign::Unavailable);
        }
    }

    /// Waits until a sign of shutdown has been seen. Cancel safe.
    pub(super) async fn visible(&self) {
        self.visible.wait().await;
    }

    /// Whether the server has ended.
    pub fn has_exited(&self) -> bool {
        self.world.has_exited()
    }

    /// Notes that the world kills the server, so that the server's end is not recorded as an exit.
    pub(super) fn set_killing(&self) {
        self.killing.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_killing(&self) -> bool {
        self.killing.load(Ordering::Relaxed)
    }

    /// Notes that the history contains the exit, or needs none after a kill.
    pub(super) fn set_exit_seen(&self) {
        self.exit_seen.raise();
    }

    /// Waits for [`set_exit_seen`](Self::set_exit_seen). Cancel safe.
    pub(super) async fn exit_seen(&self) {
        self.exit_seen.wait().await;
    }

    /// Ends the run: every actor stops at its next step or wait.
    pub fn end(&self) {
        self.over.raise();
    }

    /// Whether the world has ended the run.
    pub fn is_over(&self) -> bool {
        self.over.is_raised()
    }

    /// Waits until the world ends the run. Cancel safe.
    pub async fn over(&self) {
        self.over.wait().await;
    }

    /// Ends the run, which then proves nothing, because a step did not have the effect that the
    /// scenario needs.
    pub fn abandon(&self, step: &str, why: &str, trouble: Trouble) {
        let (step, why) = (step.to_owned(), why.to_owned());
        self.record("world", EventKind::Unreached { step, why, trouble });
        self.end();
    }

    /// Like [`abandon`](Self::abandon), for a failure of the world.
    pub fn abandon_by_world(&self, step: &str, why: &str) {
        self.abandon(step, why, Trouble::World);
    }

    /// Remembers an open connection by the client's port.
    pub(super) fn remember(&self, port: u16, name: &str) {
        self.conns().push((port, name.to_owned()));
    }

    /// Forgets a connection that the client has closed.
    pub(super) fn forget(&self, name: &str) {
        self.conns().retain(|(_, known)| known != name);
    }

    /// Every connection that its client has not closed.
    pub(super) fn conns(&self) -> std::sync::MutexGuard<'_, Vec<(u16, String)>> {
        self.conns.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A time in microseconds, later by `time`.
pub(super) fn after(at_us: u64, time: Duration) -> u64 {
    at_us.saturating_add(u64::try_from(time.as_micros()).unwrap_or(u64::MAX))
}
