use std::net::SocketAddr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::listener::ListenerWatch;
use super::marks::Marks;
use super::ports::Port;
use super::process::Server;
use super::recorder::Recorder;
use crate::history::{Sign, Trouble, What};
use crate::plan::Contract;
use crate::store::Store;

/// What all actors of a run share.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(super) contract: Contract,
    pub(super) recorder: Arc<Recorder>,
    pub(super) marks: Marks,
    pub(super) server: Server,
    pub(super) store: Arc<Store>,
    pub(super) listeners: Arc<ListenerWatch>,
    /// The port that the server was told to listen on.
    port: Port,
    address: OnceLock<(SocketAddr, Instant)>,
    state: watch::Sender<State>,
    /// The clients' ports, by which the kernel's tables know their connections.
    pub(super) conns: Mutex<Vec<(u16, String)>>,
}

#[derive(Debug, Clone, Copy, Default)]
struct State {
    signalled: Option<Instant>,
    visible: bool,
    killing: bool,
    exit_seen: bool,
    over: bool,
}

impl Stage {
    pub(super) fn new(
        contract: Contract,
        recorder: Arc<Recorder>,
        server: Server,
        store: Arc<Store>,
        listeners: Arc<ListenerWatch>,
        port: Port,
    ) -> Self {
        Self {
            contract,
            recorder,
            marks: Marks::new(),
            server,
            store,
            listeners,
            port,
            address: OnceLock::new(),
            state: watch::Sender::new(State::default()),
            conns: Mutex::default(),
        }
    }

    /// The port that the server was told to listen on.
    pub(super) fn port(&self) -> u16 {
        self.port.number()
    }

    /// Says where the server answers, and that it does from now on.
    pub(super) fn set_ready(&self, address: SocketAddr) {
        let _ = self.address.set((address, Instant::now()));
        self.record("server", What::Ready);
    }

    /// Where the server answers.
    pub(crate) fn address(&self) -> SocketAddr {
        let guess = SocketAddr::from(([127, 0, 0, 1], self.port()));
        self.address.get().map_or(guess, |(address, _)| *address)
    }

    pub(crate) fn record(&self, actor: &str, what: What) {
        self.recorder.record(actor, what);
    }

    /// Microseconds since the run began.
    pub(crate) fn now_us(&self) -> u64 {
        self.recorder.now_us()
    }

    pub(crate) fn mark(&self, actor: &str, label: &str) {
        // Marks that load sets at every request would drown the history.
        if !self.marks.is_set(label) {
            self.record(actor, What::Marked { label: label.to_owned() });
        }
        self.marks.set(label);
    }

    pub(crate) fn is_marked(&self, label: &str) -> bool {
        self.marks.is_set(label)
    }

    /// Waits for a mark, or for the end of the run.
    pub(crate) async fn wait_mark(&self, label: &str, times: u64) {
        tokio::select! {
            () = self.marks.wait(label, times) => {}
            () = self.over() => {}
        }
    }

    /// Waits until so many milliseconds after the server was ready, or for the end of the run.
    pub(crate) async fn wait_at(&self, ms: u64) {
        let ready = self.address.get().map_or_else(Instant::now, |(_, at)| *at);
        tokio::select! {
            () = tokio::time::sleep_until(ready + Duration::from_millis(ms)) => {}
            () = self.over() => {}
        }
    }

    /// The first signal is about to be sent.
    pub(super) fn set_signalled(&self) {
        self.state.send_modify(|state| {
            state.signalled.get_or_insert_with(Instant::now);
        });
    }

    /// When the first signal was sent.
    pub(super) fn signalled(&self) -> Option<Instant> {
        self.state.borrow().signalled
    }

    /// Waits for the first signal. Cancel safe.
    pub(super) async fn until_signalled(&self) -> Instant {
        let mut state = self.state.subscribe();
        let signalled = state.wait_for(|state| state.signalled.is_some()).await;
        signalled.ok().and_then(|state| state.signalled).unwrap_or_else(Instant::now)
    }

    /// A sign of shutdown was seen; only the first after a signal counts.
    pub(crate) fn saw(&self, sign: Sign) {
        self.state.send_if_modified(|state| {
            let first = state.signalled.is_some() && !state.visible;
            if first {
                // Before anybody is woken: what is done then must stand behind it.
                self.record("world", What::Visible { sign });
            }
            state.visible |= first;
            first
        });
    }

    /// An answer had this status.
    pub(crate) fn saw_status(&self, status: u16) {
        if status == 503 {
            self.saw(Sign::Unavailable);
        }
    }

    /// Waits until a sign of shutdown has been seen. Cancel safe.
    pub(super) async fn visible(&self) {
        let _ = self.state.subscribe().wait_for(|state| state.visible).await;
    }

    pub(crate) fn has_exited(&self) -> bool {
        self.server.exit().is_some()
    }

    /// Whether the world has ended the run.
    pub(crate) fn is_over(&self) -> bool {
        self.state.borrow().over
    }

    /// Waits until the world ends the run. Cancel safe.
    pub(crate) async fn over(&self) {
        let _ = self.state.subscribe().wait_for(|state| state.over).await;
    }

    /// The world is about to kill the server: its end is no exit.
    pub(super) fn set_killing(&self) {
        self.state.send_modify(|state| state.killing = true);
    }

    /// The exit stands in the history, or need not.
    pub(super) fn set_exit_seen(&self) {
        self.state.send_modify(|state| state.exit_seen = true);
    }

    /// Waits until the exit stands in the history. Cancel safe.
    pub(super) async fn exit_seen(&self) {
        let _ = self.state.subscribe().wait_for(|state| state.exit_seen).await;
    }

    pub(super) fn is_killing(&self) -> bool {
        self.state.borrow().killing
    }

    /// Ends the run: every actor stops at its next step or wait.
    pub(super) fn end(&self) {
        self.state.send_modify(|state| state.over = true);
    }

    /// A step could not be carried out as the scenario needs it: the run proves nothing.
    pub(crate) fn abandon(&self, step: &str, why: &str, trouble: Trouble) {
        let (step, why) = (step.to_owned(), why.to_owned());
        self.record("world", What::Unreached { step, why, trouble });
        self.end();
    }

    pub(crate) fn abandon_by_world(&self, step: &str, why: &str) {
        self.abandon(step, why, Trouble::World);
    }

    /// Remembers a connection by the client's port.
    pub(super) fn remember(&self, port: u16, name: &str) {
        let mut conns = self.conns.lock().unwrap_or_else(PoisonError::into_inner);
        conns.push((port, name.to_owned()));
    }

    /// Forgets a connection that the client has closed.
    pub(super) fn forget(&self, name: &str) {
        let mut conns = self.conns.lock().unwrap_or_else(PoisonError::into_inner);
        conns.retain(|(_, known)| known != name);
    }
}
