use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::task::Waker;
use std::time::{Duration, Instant};

use futures_util::task::AtomicWaker;
use http::Request;

use super::notes::{Noted, Notes};
use super::requests::Requests;
use super::server::{ServerState, lock};
use crate::drain::{Admission, ConnAction, ConnInput, Connection, Effect, Input, ShutdownFlags};
use crate::hooks;
use crate::report::AbortedConnection;

/// One connection: its machine, its task and its requests.
///
/// The connection's task, the handlers of its requests and the driver share this value.
#[derive(Debug)]
pub(crate) struct Conn {
    id: u64,
    server: Arc<ServerState>,
    /// Wakes the connection's task. The task is the same for the whole life of the connection.
    task: OnceLock<Waker>,
    /// Set when the connection leaves HTTP.
    upgrade: OnceLock<Upgrade>,
    notes: Notes,
    inner: Mutex<Inner>,
}

/// Wakes the tasks that read from an upgraded connection and write to it. These may be two tasks.
#[derive(Debug, Default)]
pub(crate) struct Upgrade {
    pub(crate) reader: AtomicWaker,
    pub(crate) writer: AtomicWaker,
}

#[derive(Debug)]
struct Inner {
    machine: Connection,
    requests: Requests,
    /// Whether the shutdown machine counts each request. While the server serves, it does not,
    /// because all connections would share its lock.
    tracked: bool,
}

impl Conn {
    pub(crate) fn open(server: &Arc<ServerState>) -> Arc<Self> {
        let idle_grace = server.machine().policy().idle_grace;
        let machine = Connection::new(server.flags(), idle_grace);
        let tracked = server.is_tracking();
        let conn = Arc::new(Self {
            id: server.next_id(),
            server: Arc::clone(server),
            task: OnceLock::new(),
            upgrade: OnceLock::new(),
            notes: Notes::default(),
            inner: Mutex::new(Inner { machine, requests: Requests::default(), tracked }),
        });
        server.enlist(&conn);
        server.tell(Input::Opened);
        conn
    }

    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    #[inline]
    pub(crate) fn server(&self) -> &Arc<ServerState> {
        &self.server
    }

    #[inline]
    pub(crate) fn is_run_by(&self, task: &Waker) {
        self.task.get_or_init(|| task.clone());
    }

    /// The tasks of an upgraded connection; `None` while the connection speaks HTTP.
    #[inline]
    pub(crate) fn upgrade(&self) -> Option<&Upgrade> {
        self.upgrade.get()
    }

    pub(crate) fn wake(&self) {
        if let Some(task) = self.task.get() {
            task.wake_by_ref();
        }
        if let Some(upgrade) = self.upgrade() {
            upgrade.reader.wake();
            upgrade.writer.wake();
        }
    }

    /// Handles an input that concerns no single request.
    pub(crate) fn handle(&self, input: ConnInput) {
        let mut inner = self.lock();
        let effect = self.apply(&mut inner, input, None);
        if input == ConnInput::Parked {
            inner.requests.shrink();
        }
        self.notes.note_asks(inner.machine.asks());
        drop(inner);
        self.finish(effect);
    }

    /// Reports that bytes came from the peer.
    #[inline]
    pub(crate) fn bytes_read(&self) {
        self.notes.note_read();
    }

    /// Reports that all output was handed to the socket.
    #[inline]
    pub(crate) fn flushed(&self) {
        if !self.notes.is_unflushed() {
            return;
        }
        if self.server.flags().is_none() && !hooks::is_active() && self.notes.note_flushed() {
            return;
        }
        self.flushed_apart();
    }

    fn flushed_apart(&self) {
        let mut inner = lock(&self.inner);
        let noted = self.notes.flush();
        self.hand_in(&mut inner, noted);
        let effect = self.apply(&mut inner, ConnInput::Flushed, None);
        if noted.undated() && inner.requests.len() > 0 {
            self.notes.note_undated();
        }
        drop(inner);
        self.finish(effect);
        if noted.waiting() {
            // hyper has waited for room to write, and does not look at the next request again by
            // itself.
            self.wake();
        }
    }

    /// The head of a request of HTTP/1 was read, which [`request_started`](Self::request_started)
    /// will count.
    #[inline]
    pub(crate) fn request_waits(&self) {
        self.notes.note_waiting();
    }

    /// Reports that a request's head was read. Returns the request's number on this connection, and
    /// how to treat the request.
    #[inline]
    pub(crate) fn request_started<B>(
        &self,
        request: &Request<B>,
        has_body: bool,
    ) -> (u32, Admission) {
        let mut inner = lock(&self.inner);
        self.hand_in(&mut inner, self.notes.start_request());
        let input = ConnInput::RequestStarted { has_body };
        let effect = hooks::conn_handle(&mut inner.machine, self.server.flags(), input);
        let id = inner.machine.last_request();
        let Some(admission) = effect.started else { return (id, Admission::Refuse) };
        inner.requests.add(id, request);
        if inner.tracked {
            self.server.tell(Input::RequestStarted);
        }
        (id, admission)
    }

    /// Reports that the handler of a request has returned the head of a response. Returns whether
    /// the head must announce the close.
    #[inline]
    pub(crate) fn response_started(&self, id: u32) -> bool {
        if self.server.flags().is_none() && !hooks::is_active() {
            return false;
        }
        self.request_moved(id, ConnInput::ResponseStarted).announces_close
    }

    /// Reports that the response of a request is complete.
    #[inline]
    pub(crate) fn response_ended(&self, id: u32, http2: bool) {
        if http2 || !self.notes.note_complete() {
            self.request_moved(id, ConnInput::ResponseEnded);
        }
    }

    /// The handler of a request was dropped without a response.
    pub(crate) fn request_dropped(&self, id: u32) {
        self.request_moved(id, ConnInput::RequestDropped);
    }

    fn request_moved(&self, id: u32, input: ConnInput) -> Effect {
        let mut inner = self.lock();
        let effect = self.apply(&mut inner, input, Some(id));
        drop(inner);
        self.finish(effect)
    }

    /// Reports that the connection leaves HTTP with the current response.
    pub(crate) fn upgraded(&self) {
        self.upgrade.get_or_init(Upgrade::default);
        let now = self.server.clock().now();
        self.lock().requests.leaves_http(now);
        self.handle(ConnInput::Upgraded);
    }

    /// The next action of the connection's task.
    #[inline]
    pub(crate) fn next_action(&self) -> ConnAction {
        let flags = self.server.flags();
        if flags.is_none() && !self.notes.is_undated_or_asks() && !hooks::is_active() {
            return ConnAction::Stay { until: None };
        }
        self.next_action_apart(flags)
    }

    #[cold]
    fn next_action_apart(&self, flags: ShutdownFlags) -> ConnAction {
        if self.notes.is_undated() {
            self.notes.date();
            let now = self.server.clock().now();
            lock(&self.inner).requests.date(now);
        }
        // The clock costs more than all else here, and the machine needs it in a shutdown only.
        let now = if flags.is_none() { Duration::ZERO } else { self.server.clock().since_origin() };
        let mut inner = self.lock();
        let action = hooks::conn_next_action(&mut inner.machine, now, flags);
        self.notes.note_asks(inner.machine.asks());
        action
    }

    /// From now on the shutdown machine counts each request, beginning with those in flight.
    pub(crate) fn track_requests(&self) {
        let mut inner = self.lock();
        if !inner.tracked {
            inner.tracked = true;
            for _ in 0..inner.requests.len() {
                self.server.tell(Input::RequestStarted);
            }
        }
    }

    /// Whether the server reads on after its FIN: see [`Connection::lingers`].
    pub(crate) fn lingers(&self) -> bool {
        self.lock().machine.lingers()
    }

    /// Whether no response can reach the peer any more.
    pub(crate) fn is_deaf(&self) -> bool {
        self.lock().machine.is_deaf()
    }

    /// Whether the body of the last request is not at its end.
    pub(crate) fn has_unread_body(&self) -> bool {
        self.lock().machine.has_unread_body()
    }

    /// The flags that the shutdown has set so far.
    #[inline]
    pub(crate) fn flags(&self) -> ShutdownFlags {
        self.server.flags()
    }

    /// The connection as the report names it; `None` if nothing is left of the connection.
    pub(crate) fn describe(&self, now: Instant) -> Option<AbortedConnection> {
        let inner = self.lock();
        let class = inner.machine.class()?;
        let requests = inner.requests.describe(now);
        Some(AbortedConnection { connection: self.id, class, requests })
    }

    /// Locks, and hands the noted inputs to the machine.
    #[inline]
    fn lock(&self) -> MutexGuard<'_, Inner> {
        let mut inner = lock(&self.inner);
        self.hand_in(&mut inner, self.notes.inputs());
        inner
    }

    #[inline]
    fn hand_in(&self, inner: &mut Inner, noted: Noted) {
        if noted.complete() {
            self.apply(inner, ConnInput::ResponseEnded, None);
        }
        if noted.flushed() {
            self.apply_while_serving(inner, ConnInput::Flushed);
        }
        if noted.read() {
            self.apply(inner, ConnInput::BytesRead, None);
        }
    }

    /// Hands in an input that came while no flag was set.
    #[inline]
    fn apply_while_serving(&self, inner: &mut Inner, input: ConnInput) -> Effect {
        self.apply_with(inner, input, None, ShutdownFlags::default())
    }

    /// Hands an input to the machine, and the resulting inputs to the shutdown machine. This
    /// happens under the lock, so that the shutdown machine gets the inputs of a connection in
    /// order. `request` is the request that the input concerns, by default the oldest.
    #[inline(always)]
    fn apply(&self, inner: &mut Inner, input: ConnInput, request: Option<u32>) -> Effect {
        self.apply_with(inner, input, request, self.server.flags())
    }

    #[inline(always)]
    fn apply_with(
        &self,
        inner: &mut Inner,
        input: ConnInput,
        request: Option<u32>,
        flags: ShutdownFlags,
    ) -> Effect {
        let effect = hooks::conn_handle(&mut inner.machine, flags, input);
        if effect.ended > 0 {
            match request {
                Some(id) => inner.requests.remove(id),
                None => inner.requests.remove_oldest(effect.ended),
            }
            for _ in (0..effect.ended).filter(|_| inner.tracked) {
                self.server.tell(Input::RequestEnded);
            }
        }
        if let Some(input) = effect.tell {
            self.server.tell(input);
        }
        effect
    }

    /// What must not be done under the lock.
    #[inline]
    fn finish(&self, effect: Effect) -> Effect {
        if effect.unlisted || effect.wake {
            self.finish_apart(effect);
        }
        effect
    }

    #[cold]
    fn finish_apart(&self, effect: Effect) {
        if effect.unlisted {
            self.server.discharge(self.id);
        }
        if effect.wake {
            self.wake();
        }
    }
}
