use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use super::flag::Flag;
use super::marks::Marks;
use super::recorder::Recorder;
use super::world::World;
use crate::history::{EventKind, Sign, Trouble};
use crate::plan::Contract;

/// What all actors of a run share.
///
/// Shape: [`new`](Self::new), [`set_ready`](Self::set_ready) once the server answers, then
/// [`act`](super::act()) for each actor of the plan side by side, with
/// [`watch_listener`](super::watch_listener), [`watch_exit`](super::watch_exit) and
/// [`supervise`](super::supervise()), which says when all is over.
#[derive(Debug)]
pub struct RunContext<W> {
    contract: Contract,
    recorder: Arc<Recorder>,
    world: W,
    marks: Marks,
    ready: OnceLock<u64>,
    /// When the first signal was sent.
    signalled: OnceLock<u64>,
    signal_sent: Flag,
    visible: Flag,
    killing: AtomicBool,
    exit_seen: Flag,
    over: Flag,
    /// The clients' ports, by which the world knows their connections.
    conns: Mutex<Vec<(u16, String)>>,
}

impl<W: World> RunContext<W> {
    /// A stage on which nothing has happened.
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

    /// What the server is held to.
    pub fn contract(&self) -> &Contract {
        &self.contract
    }

    /// The world behind it.
    pub fn world(&self) -> &W {
        &self.world
    }

    /// Says that the server answers from now on.
    pub fn set_ready(&self) {
        let _ = self.ready.set(self.now_us());
        self.record("server", EventKind::Ready);
    }

    /// Times count from now on, though the server does not answer yet: for a world that has it
    /// told to stop before that, and says by itself when it is ready.
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

    /// Waits so long, by the world's clock. Cancel safe.
    pub async fn sleep(&self, time: Duration) {
        self.world.sleep_until_us(after(self.now_us(), time)).await;
    }

    /// Sets a mark.
    pub fn mark(&self, actor: &str, label: &str) {
        // Marks that load sets at every request would drown the history.
        if !self.marks.is_set(label) {
            self.record(actor, EventKind::Marked { label: label.to_owned() });
        }
        self.marks.set(label);
    }

    /// Whether the mark has been set.
    pub fn is_marked(&self, label: &str) -> bool {
        self.marks.is_set(label)
    }

    /// Waits for a mark, or for the end of the run. Cancel safe.
    pub async fn wait_mark(&self, label: &str, times: u64) {
        tokio::select! {
            biased;
            () = self.marks.wait(label, times) => {}
            () = self.over() => {}
        }
    }

    /// Waits until so many microseconds after the server was ready, or for the end of the run.
    /// Cancel safe.
    pub async fn wait_at(&self, us: u64) {
        let ready = self.ready.get().copied().unwrap_or_else(|| self.now_us());
        tokio::select! {
            biased;
            () = self.world.sleep_until_us(ready.saturating_add(us)) => {}
            () = self.over() => {}
        }
    }

    /// The first signal is about to be sent.
    pub(super) fn set_signalled(&self) {
        self.signalled.get_or_init(|| self.now_us());
        self.signal_sent.raise();
    }

    /// When the first signal was sent.
    pub fn signalled_us(&self) -> Option<u64> {
        self.signalled.get().copied()
    }

    /// Waits for the first signal. Cancel safe.
    pub async fn signalled(&self) {
        self.signal_sent.wait().await;
    }

    /// A sign of shutdown was seen; only the first after a signal counts.
    pub fn saw(&self, sign: Sign) {
        if self.signalled.get().is_some() {
            // Before anybody is woken: what is done then must stand behind it.
            self.visible.raise_after(|| self.record("world", EventKind::Visible { sign }));
        }
    }

    /// An answer had this status.
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

    /// The world is about to kill the server: its end is no exit.
    pub(super) fn set_killing(&self) {
        self.killing.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_killing(&self) -> bool {
        self.killing.load(Ordering::Relaxed)
    }

    /// The exit stands in the history, or need not.
    pub(super) fn set_exit_seen(&self) {
        self.exit_seen.raise();
    }

    /// Waits until the exit stands in the history. Cancel safe.
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

    /// A step could not be carried out as the scenario needs it: the run ends, and proves nothing.
    pub fn abandon(&self, step: &str, why: &str, trouble: Trouble) {
        let (step, why) = (step.to_owned(), why.to_owned());
        self.record("world", EventKind::Unreached { step, why, trouble });
        self.end();
    }

    /// The same, when it was the world that could not do its part.
    pub fn abandon_by_world(&self, step: &str, why: &str) {
        self.abandon(step, why, Trouble::World);
    }

    /// Remembers a connection by the client's port.
    pub(super) fn remember(&self, port: u16, name: &str) {
        self.conns().push((port, name.to_owned()));
    }

    /// Forgets a connection that the client has closed.
    pub(super) fn forget(&self, name: &str) {
        self.conns().retain(|(_, known)| known != name);
    }

    /// Every connection that clients have, as far as they have not closed it.
    pub(super) fn conns(&self) -> std::sync::MutexGuard<'_, Vec<(u16, String)>> {
        self.conns.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A time in microseconds, so much later.
pub(super) fn after(at_us: u64, time: Duration) -> u64 {
    at_us.saturating_add(u64::try_from(time.as_micros()).unwrap_or(u64::MAX))
}
