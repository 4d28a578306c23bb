use std::sync::atomic::{Ordering, fence};
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
    /// Inputs that wait until a thread locks `inner`.
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
    /// Whether the shutdown machine counts each request. While the server serves, the machine does
    /// not, because then every request would take the lock that all connections share.
    tracked: bool,
}

impl Conn {
    /// Opens a connection: puts the connection on the server's list, and reports it to the shutdown
    /// machine. Only the driver calls this.
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

    /// The id in reports. Ids rise in the order of acceptance.
    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    /// The server of this connection.
    #[inline]
    pub(crate) fn server(&self) -> &Arc<ServerState> {
        &self.server
    }

    /// The flags that the shutdown has set so far.
    #[inline]
    pub(crate) fn flags(&self) -> ShutdownFlags {
        self.server.flags()
    }

    /// Sets the connection's task. Only the first call has an effect.
    #[inline]
    pub(crate) fn is_run_by(&self, task: &Waker) {
        if self.task.get().is_none() {
            self.task.get_or_init(|| task.clone());
            // With the fence in `ServerState::set_flag`: the flags that are read after this are
            // set, or the task that sets them sees the waker.
            fence(Ordering::SeqCst);
        }
    }

    /// The tasks of an upgraded connection; `None` while the connection speaks HTTP.
    #[inline]
    pub(crate) fn upgrade(&self) -> Option<&Upgrade> {
        self.upgrade.get()
    }

    /// Wakes the connection's task and, after an upgrade, the tasks that read and write. No caller
    /// holds the lock.
    pub(crate) fn wake(&self) {
        if let Some(task) = self.task.get() {
            task.wake_by_ref();
        }
        if let Some(upgrade) = self.upgrade() {
            upgrade.reader.wake();
            upgrade.writer.wake();
        }
    }

    /// Hands an input to the machine. Use the methods below for those inputs that have one.
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

    /// Reports that the head of a request of HTTP/1 was read. The first poll of the request calls
    /// [`request_started`](Self::request_started), which counts the request.
    #[inline]
    pub(crate) fn request_waits(&self) {
        self.notes.note_waiting();
    }

    /// Counts a request. Returns the request's number on this connection, and how to treat the
    /// request.
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

    /// Reports that the response of a request is complete. On HTTP/1 this only notes the input,
    /// unless the completion of another request is noted already.
    #[inline]
    pub(crate) fn response_ended(&self, id: u32, http2: bool) {
        if http2 || !self.notes.note_complete() {
            self.request_moved(id, ConnInput::ResponseEnded);
        }
    }

    /// Reports that all output was handed to the socket. While the server serves, this only notes
    /// the input, unless the task must continue with the next request.
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

    /// Hands the flush to the machine now.
    fn flushed_apart(&self) {
        let mut inner = lock(&self.inner);
        let noted = self.notes.flush();
        self.hand_in(&mut inner, noted);
        let effect = self.apply(&mut inner, ConnInput::Flushed, None);
        if noted.undated() && inner.requests.len() > 0 {
            // `flush` has taken this note, but the requests that are left have no time yet.
            self.notes.note_undated();
        }
        drop(inner);
        self.finish(effect);
        if noted.waiting() {
            // hyper has waited for room in its write buffer, and does not poll the next request
            // again by itself.
            self.wake();
        }
    }

    /// Reports that the handler of a request was dropped without a response.
    pub(crate) fn request_dropped(&self, id: u32) {
        self.request_moved(id, ConnInput::RequestDropped);
    }

    /// Hands an input of one request to the machine.
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

    /// The next action of the connection's task. While the server serves, most calls take no lock.
    #[inline]
    pub(crate) fn next_action(&self) -> ConnAction {
        let flags = self.server.flags();
        if flags.is_none() && !self.notes.is_undated_or_asks() && !hooks::is_active() {
            return ConnAction::Stay { until: None };
        }
        self.next_action_apart(flags)
    }

    /// Asks the machine for the next action. Before that, gives a time to requests without one.
    #[cold]
    fn next_action_apart(&self, flags: ShutdownFlags) -> ConnAction {
        if self.notes.is_undated() {
            self.notes.date();
            let now = self.server.clock().now();
            lock(&self.inner).requests.date(now);
        }
        // A read of the clock costs more than all the rest, and the machine needs the time only
        // while a flag is set.
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

    /// The connection as the report names it, with the ages of its requests at `now`. `None` if
    /// nothing is left of the connection.
    pub(crate) fn describe(&self, now: Instant) -> Option<AbortedConnection> {
        let inner = self.lock();
        let class = inner.machine.class()?;
        let requests = inner.requests.describe(now);
        Some(AbortedConnection { connection: self.id, class, requests })
    }

    /// Locks the connection, and hands the noted inputs to the machine.
    #[inline]
    fn lock(&self) -> MutexGuard<'_, Inner> {
        let mut inner = lock(&self.inner);
        self.hand_in(&mut inner, self.notes.inputs());
        inner
    }

    /// Hands noted inputs to the machine. Their effects need no [`finish`](Self::finish), because
    /// noted inputs wake no task and do not end the connection.
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

    /// Hands an input to the machine that came while no flag was set.
    #[inline]
    fn apply_while_serving(&self, inner: &mut Inner, input: ConnInput) -> Effect {
        self.apply_with(inner, input, None, ShutdownFlags::default())
    }

    /// Hands an input to the machine. Hands the resulting inputs to the shutdown machine under the
    /// same lock, so that the shutdown machine gets the inputs of a connection in order. `request`
    /// is the request that the input concerns, by default the oldest.
    #[inline(always)]
    fn apply(&self, inner: &mut Inner, input: ConnInput, request: Option<u32>) -> Effect {
        self.apply_with(inner, input, request, self.server.flags())
    }

    /// [`apply`](Self::apply) with the flags that were set when the input came.
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

    /// Performs the effects that must not happen under the lock. Returns the effect.
    #[inline]
    fn finish(&self, effect: Effect) -> Effect {
        if effect.unlisted || effect.wake {
            self.finish_apart(effect);
        }
        effect
    }

    /// Removes the connection from the server's list, or wakes its tasks.
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
