use std::sync::{Arc, Mutex, OnceLock};
use std::task::Waker;
use std::time::{Duration, Instant};

use futures_util::task::AtomicWaker;
use http::Request;

use super::requests::Requests;
use super::server::{ServerState, lock};
use crate::drain::{Admission, ConnAction, ConnInput, Connection, Effect, Input, ShutdownFlags};
use crate::hooks;
use crate::report::AbortedConnection;

/// One connection: its machine, and all that stands between the machine and its surroundings.
///
/// The connection's task, the handlers of its requests and the driver share it.
#[derive(Debug)]
pub(crate) struct Conn {
    id: u64,
    server: Arc<ServerState>,
    /// The connection's task, which is the same one for all its life.
    task: OnceLock<Waker>,
    /// Set when the connection leaves HTTP.
    upgrade: OnceLock<Upgrade>,
    inner: Mutex<Inner>,
}

/// The tasks that read from an upgraded connection and write to it. They may be two.
#[derive(Debug, Default)]
pub(crate) struct Upgrade {
    pub(crate) reader: AtomicWaker,
    pub(crate) writer: AtomicWaker,
}

#[derive(Debug)]
struct Inner {
    machine: Connection,
    requests: Requests,
    /// Whether the shutdown machine counts each request. It does not while the server serves,
    /// because its lock would be one for all connections.
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
            inner: Mutex::new(Inner { machine, requests: Requests::default(), tracked }),
        });
        server.enlist(&conn);
        server.tell(Input::Opened);
        conn
    }

    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    pub(crate) fn server(&self) -> &Arc<ServerState> {
        &self.server
    }

    pub(crate) fn is_run_by(&self, task: &Waker) {
        self.task.get_or_init(|| task.clone());
    }

    /// Set when the connection has left HTTP.
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

    /// Reports what happened, for inputs that end no single request.
    #[inline]
    pub(crate) fn handle(&self, input: ConnInput) {
        let flags = self.server.flags();
        let mut inner = lock(&self.inner);
        let effect = hooks::conn_handle(&mut inner.machine, flags, input);
        inner.requests.remove_oldest(effect.ended);
        self.settle(&inner, &effect);
        drop(inner);
        self.finish(&effect);
    }

    /// A request's head was read: its number on this connection, and whether it is served.
    #[inline]
    pub(crate) fn request_started<B>(
        &self,
        request: &Request<B>,
        has_body: bool,
    ) -> (u64, Admission) {
        let since = self.server.clock().now();
        let flags = self.server.flags();
        let mut inner = lock(&self.inner);
        let input = ConnInput::RequestStarted { has_body };
        let effect = hooks::conn_handle(&mut inner.machine, flags, input);
        let (id, admission) = effect.started.expect("a request that started has a number");
        inner.requests.add(id, request, since);
        self.settle(&inner, &effect);
        (id, admission)
    }

    /// The handler of a request has returned the head of a response; says whether the head must
    /// announce the end of the connection.
    #[inline]
    pub(crate) fn response_started(&self, id: u64) -> bool {
        if self.server.flags().is_none() && !hooks::HEADS_MATTER {
            return false;
        }
        self.request_moved(id, ConnInput::ResponseStarted).announces_close
    }

    /// The response of a request is complete, or its handler was dropped without one.
    #[inline]
    pub(crate) fn request_ended(&self, id: u64, input: ConnInput) {
        let _settled = self.request_moved(id, input);
    }

    #[inline]
    fn request_moved(&self, id: u64, input: ConnInput) -> Effect {
        let flags = self.server.flags();
        let mut inner = lock(&self.inner);
        let effect = hooks::conn_handle(&mut inner.machine, flags, input);
        if effect.ended > 0 {
            inner.requests.remove(id);
        }
        self.settle(&inner, &effect);
        drop(inner);
        self.finish(&effect);
        effect
    }

    /// The response in flight takes the connection out of HTTP.
    pub(crate) fn upgraded(&self) {
        self.upgrade.get_or_init(Upgrade::default);
        lock(&self.inner).requests.leaves_http();
        self.handle(ConnInput::Upgraded);
    }

    /// What the connection's task does next.
    #[inline]
    pub(crate) fn next_action(&self) -> ConnAction {
        let flags = self.server.flags();
        // The clock costs more than all else here, and the machine needs it in a shutdown only.
        let now = if flags.is_none() { Duration::ZERO } else { self.server.clock().since_origin() };
        hooks::conn_next_action(&mut lock(&self.inner).machine, now, flags)
    }

    /// From here on the shutdown machine counts each request, beginning with those in flight.
    pub(crate) fn track_requests(&self) {
        let mut inner = lock(&self.inner);
        if !inner.tracked {
            inner.tracked = true;
            for _ in 0..inner.requests.len() {
                self.server.tell(Input::RequestStarted);
            }
        }
    }

    /// Whether the server reads on after its FIN: see [`Connection::lingers`].
    pub(crate) fn lingers(&self) -> bool {
        lock(&self.inner).machine.lingers()
    }

    /// Whether no answer can reach the peer any more.
    pub(crate) fn is_deaf(&self) -> bool {
        lock(&self.inner).machine.is_deaf()
    }

    /// Whether the body of the last request is not at its end.
    pub(crate) fn has_unread_body(&self) -> bool {
        lock(&self.inner).machine.has_unread_body()
    }

    /// The flags that the shutdown has set so far.
    pub(crate) fn flags(&self) -> ShutdownFlags {
        self.server.flags()
    }

    /// For the report of what was cut; `None` if nothing is left of the connection.
    pub(crate) fn describe(&self, now: Instant) -> Option<AbortedConnection> {
        let inner = lock(&self.inner);
        let class = inner.machine.class()?;
        let requests = inner.requests.describe(now);
        Some(AbortedConnection { connection: self.id, class, requests })
    }

    /// Tells the shutdown machine, under the connection's lock, so that it hears of each connection
    /// in order.
    #[inline]
    fn settle(&self, inner: &Inner, effect: &Effect) {
        if inner.tracked {
            if effect.started.is_some() {
                self.server.tell(Input::RequestStarted);
            }
            for _ in 0..effect.ended {
                self.server.tell(Input::RequestEnded);
            }
        }
        if let Some(input) = effect.tell {
            self.server.tell(input);
        }
    }

    /// What must not be done under the connection's lock.
    #[inline]
    fn finish(&self, effect: &Effect) {
        if effect.unlisted {
            self.server.discharge(self.id);
        }
        if effect.wake {
            self.wake();
        }
    }
}
