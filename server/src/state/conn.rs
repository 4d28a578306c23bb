use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::task::Waker;
use std::time::Instant;

use futures_util::task::AtomicWaker;
use http::Request;

use super::conn_flags::{
    BODIED, CLOSED, ENDING, Flags, GONE, HTTP2, LATE, LINGERING, PARK, REFUSING, SEEN, STIRRED,
    STOCKED, UNCLAIMED, UPGRADED,
};
use super::in_flight::InFlight;
use super::server::{ServerState, lock};
use crate::drain::ShutdownFlags;
use crate::drain::{ConnState, Input};
use crate::injected::{InjectedBug, injected};
use crate::report::{AbortedConnection, ConnectionClass};

/// The state of one connection: written by its task, read by the driver.
#[derive(Debug)]
pub(crate) struct Conn {
    id: u64,
    shared: Arc<ServerState>,
    /// The task of the connection, which is the same one for all its life.
    task: OnceLock<Waker>,
    /// Who reads from an upgraded connection, and who writes: they may be two tasks.
    reader: AtomicWaker,
    writer: AtomicWaker,
    flags: Flags,
    /// The last request whose response is whole: HTTP/1 answers in order.
    answered: AtomicU64,
    requests: Mutex<InFlight>,
}

impl Conn {
    pub(crate) fn open(shared: &Arc<ServerState>) -> Arc<Self> {
        let conn = Arc::new(Self {
            id: shared.next_id(),
            shared: Arc::clone(shared),
            task: OnceLock::new(),
            reader: AtomicWaker::new(),
            writer: AtomicWaker::new(),
            flags: Flags::default(),
            answered: AtomicU64::new(0),
            requests: Mutex::default(),
        });
        if shared.is_told() {
            lock(&conn.requests).told = true;
        }
        let flags = shared.flags();
        if !flags.is_none() {
            conn.flags.set(STOCKED);
        }
        if flags.has(ShutdownFlags::REFUSE_WORK) {
            conn.refuse_work();
        }
        shared.enlist(&conn);
        shared.tell(Input::Opened);
        conn
    }

    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    pub(crate) fn shared(&self) -> &Arc<ServerState> {
        &self.shared
    }

    pub(crate) fn is_run_by(&self, task: &Waker) {
        self.task.get_or_init(|| task.clone());
    }

    pub(crate) fn reader(&self) -> &AtomicWaker {
        &self.reader
    }

    pub(crate) fn writer(&self) -> &AtomicWaker {
        &self.writer
    }

    pub(crate) fn wake(&self) {
        if let Some(task) = self.task.get() {
            task.wake_by_ref();
        }
        if self.is(UPGRADED) {
            self.reader.wake();
            self.writer.wake();
        }
    }

    #[inline]
    pub(crate) fn is(&self, flag: u16) -> bool {
        self.flags.is(flag)
    }

    pub(crate) fn is_upgraded(&self) -> bool {
        self.is(UPGRADED)
    }

    pub(crate) fn is_http2(&self) -> bool {
        self.is(HTTP2)
    }

    /// Whether we close it between two requests.
    pub(crate) fn is_closed(&self) -> bool {
        self.is(CLOSED)
    }

    pub(crate) fn close(&self) {
        self.flags.set(CLOSED);
    }

    /// Whether nothing can be said on it any more.
    pub(crate) fn is_mute(&self) -> bool {
        self.is(GONE) || self.is(LINGERING) && !injected(InjectedBug::ExecutedAfterFin)
    }

    pub(crate) fn is_refusing(&self) -> bool {
        self.is(REFUSING)
    }

    pub(crate) fn refuse_work(&self) {
        self.flags.set(REFUSING);
    }

    pub(crate) fn is_seen(&self) -> bool {
        self.is(SEEN)
    }

    #[inline]
    pub(crate) fn bytes_read(&self) {
        self.flags.set(SEEN | STIRRED);
        self.flags.clear(PARK);
        // Before a shutdown nobody asks; when one begins, every connection takes stock, but for one
        // whose request was answered before the end of its body.
        if self.is(STOCKED | BODIED) && lock(&self.requests).claims_nothing() {
            self.flags.set(UNCLAIMED);
        }
    }

    /// Whether the last request has a body that hyper has not come to the end of.
    pub(crate) fn is_bodied(&self) -> bool {
        self.is(BODIED)
    }

    /// hyper waits for a head: if the last request had a body, what was read belonged to that.
    #[inline]
    pub(crate) fn awaits_head(&self) {
        if self.is(BODIED) {
            self.flags.clear(BODIED | UNCLAIMED);
        }
    }

    pub(crate) fn found_unclaimed(&self) {
        self.flags.set(UNCLAIMED);
    }

    #[cfg(feature = "http2")]
    pub(crate) fn speaks_http2(&self) {
        self.flags.set(HTTP2);
    }

    /// One round of parking: marks it if nothing was read since the last round.
    pub(crate) fn park_if_idle(&self) {
        if self.is(STIRRED) {
            self.flags.clear(STIRRED);
        } else if !self.is(PARK | BODIED) && self.class() == ConnectionClass::Idle {
            self.flags.set(PARK);
            self.wake();
        }
    }

    /// It holds nothing that it does not need.
    pub(crate) fn parked(&self) {
        self.flags.clear(PARK);
        if !self.shared.flags().is_none() {
            self.flags.set(STOCKED);
        }
    }

    #[inline]
    pub(crate) fn flushed(&self) {
        if self.is(ENDING) {
            self.flags.clear(ENDING);
            // Not all: where hyper throws a body away, the next request may have begun already; and
            // then hyper, having waited for room to write, does not look at it again by itself.
            let last = self.answered.load(Ordering::Relaxed);
            self.end(|requests| {
                let ended = requests.remove_through(last);
                if !requests.is_empty() {
                    self.wake();
                }
                ended
            });
            if !self.shared.flags().is_none() {
                self.flags.set(LATE);
            }
        }
    }

    /// Whether an answer has ended in the shutdown since this was last asked.
    pub(crate) fn take_late(&self) -> bool {
        let late = self.is(LATE);
        self.flags.clear(LATE);
        late
    }

    pub(crate) fn shut(&self) {
        self.end_with_connection();
        self.flags.set(LINGERING);
        self.shared.tell(Input::Shut);
    }

    pub(crate) fn upgraded(&self) {
        self.flags.set(UPGRADED);
        lock(&self.requests).leaves_http();
        self.shared.tell(Input::Upgraded);
    }

    pub(crate) fn gone(&self) {
        self.flags.set(GONE);
        self.end_with_connection();
        let mut requests = lock(&self.requests);
        requests.orphaned = !requests.is_empty() && self.is_http2();
        let orphaned = requests.orphaned;
        drop(requests);
        if !orphaned {
            self.shared.discharge(self.id);
        }
        self.shared.tell(Input::Closed(self.stage()));
    }

    fn stage(&self) -> ConnState {
        if self.is(LINGERING) {
            ConnState::Lingering
        } else if self.is(UPGRADED) {
            ConnState::Upgraded
        } else {
            ConnState::Open
        }
    }

    /// A request's head was read; its number on this connection.
    #[inline]
    pub(crate) fn request_started<B>(&self, request: &Request<B>, bodiless: bool) -> u64 {
        self.flags.clear(UNCLAIMED);
        if bodiless {
            self.flags.clear(BODIED);
        } else {
            self.flags.set(BODIED);
        }
        let since = self.shared.clock().now();
        let mut requests = lock(&self.requests);
        let id = requests.add(request, bodiless, since);
        if requests.told {
            self.shared.tell(Input::RequestStarted);
        }
        id
    }

    /// From here on the machine is told of each request, beginning with those in flight.
    pub(crate) fn tell_requests(&self) {
        let mut requests = lock(&self.requests);
        if !requests.told {
            requests.told = true;
            for _ in 0..requests.len() {
                self.shared.tell(Input::RequestStarted);
            }
        }
    }

    /// The response is whole. HTTP/1 has it in its buffer, and the flush that follows ends the
    /// request. HTTP/2 does not say when one stream's share has been flushed; there the request
    /// ends here, and it is the connection that stays until all is out.
    pub(crate) fn request_answered(&self, id: u64) {
        if self.is_http2() {
            self.request_ended(id);
        } else {
            self.answered.store(id, Ordering::Relaxed);
            self.flags.set(ENDING);
        }
    }

    pub(crate) fn request_ended(&self, id: u64) {
        let mut requests = lock(&self.requests);
        if requests.remove(id) && requests.told {
            self.shared.tell(Input::RequestEnded);
        }
        let last = requests.orphaned && requests.is_empty();
        drop(requests);
        if last {
            self.shared.discharge(self.id);
        }
    }

    /// With an HTTP/1 connection its request is gone. The handlers of HTTP/2 run as tasks of their
    /// own, which hear of the end of the connection and go a little later, or on another thread
    /// only when they come to a stop: each request ends with its handler, and no sooner.
    fn end_with_connection(&self) {
        if !self.is_http2() {
            self.end(InFlight::clear);
        }
    }

    /// Ends those that `remove` takes out; it says how many it took.
    #[inline]
    fn end(&self, remove: impl FnOnce(&mut InFlight) -> usize) {
        let mut requests = lock(&self.requests);
        if requests.is_empty() {
            return;
        }
        let ended = remove(&mut requests);
        if requests.told {
            for _ in 0..ended {
                self.shared.tell(Input::RequestEnded);
            }
        }
    }

    pub(crate) fn class(&self) -> ConnectionClass {
        if self.is(LINGERING) {
            ConnectionClass::Lingering
        } else if self.is(UPGRADED) {
            ConnectionClass::Upgraded
        } else if self.is_http2() {
            ConnectionClass::Http2
        } else if !lock(&self.requests).is_empty() {
            ConnectionClass::Active
        } else if !self.is(SEEN) {
            ConnectionClass::New
        } else if self.is(UNCLAIMED) {
            ConnectionClass::HalfHead
        } else {
            ConnectionClass::Idle
        }
    }

    /// For the report of what was cut.
    pub(crate) fn describe(&self, now: Instant) -> AbortedConnection {
        let class = self.class();
        let requests = lock(&self.requests).describe(now);
        AbortedConnection { connection: self.id, class, requests }
    }
}
