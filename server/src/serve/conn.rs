use std::sync::atomic::{AtomicU16, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::task::Waker;
use std::time::Instant;

use futures_util::task::AtomicWaker;
use http::Request;

use super::in_flight::InFlight;
use super::shared::{Orders, Shared, lock};
use crate::drain::{Input, Stage};
use crate::report::{AbortedConnection, ConnectionClass};

// What is known of a connection, as bits. They are written by the connection's own task, and read
// by others for reports and for parking, so their order among each other does not matter.
/// A byte has been read.
const SEEN: u16 = 1;
/// Bytes have been read that belong to no request yet.
const UNCLAIMED: u16 = 2;
/// It speaks HTTP/2.
const HTTP2: u16 = 4;
/// It has left HTTP.
const UPGRADED: u16 = 8;
/// The body of the response is whole, and ends with the next flush.
const ENDING: u16 = 16;
/// Its write side is shut.
const LINGERING: u16 = 32;
/// We close it between two requests.
const CLOSED: u16 = 64;
/// New requests on it are refused.
const REFUSING: u16 = 128;
/// Something was read since the last round of parking.
const STIRRED: u16 = 256;
/// It is to be parked.
const PARK: u16 = 512;
/// The shutdown has begun, and from here on it is known which bytes belong to no request yet.
const STOCKED: u16 = 1024;
/// An answer has ended since the shutdown began.
const LATE: u16 = 2048;
/// The last request had a body, and hyper may still be reading it.
const BODIED: u16 = 4096;

/// What is to become of a connection that has nothing more to do at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It goes on.
    Stay,
    /// What it has received by now is served; what comes later is refused.
    LastLook,
    /// It is told that this is the end (HTTP/2).
    SayGoodbye,
    /// It is closed in good order, unless bytes have arrived meanwhile.
    Close,
    /// It gives up what it does not need between two requests.
    Park,
    /// It is cut.
    Abort,
}

/// The state of one connection: written by its task, read by the driver.
#[derive(Debug)]
pub(crate) struct Conn {
    id: u64,
    shared: Arc<Shared>,
    /// The task of the connection, which is the same one for all its life.
    task: OnceLock<Waker>,
    /// Who reads from an upgraded connection, and who writes: they may be two tasks.
    reader: AtomicWaker,
    writer: AtomicWaker,
    flags: AtomicU16,
    /// The last request whose response is whole: HTTP/1 answers in order.
    answered: AtomicU64,
    requests: Mutex<InFlight>,
}

impl Conn {
    pub(super) fn open(shared: &Arc<Shared>) -> Arc<Self> {
        let conn = Arc::new(Self {
            id: shared.next_id(),
            shared: Arc::clone(shared),
            task: OnceLock::new(),
            reader: AtomicWaker::new(),
            writer: AtomicWaker::new(),
            flags: AtomicU16::new(0),
            answered: AtomicU64::new(0),
            requests: Mutex::default(),
        });
        if shared.is_told() {
            lock(&conn.requests).told = true;
        }
        let orders = shared.orders();
        if !orders.is_none() {
            conn.set(STOCKED);
        }
        if orders.has(Orders::REFUSE_WORK) {
            conn.refuse_work();
        }
        shared.enlist(&conn);
        shared.tell(Input::Opened);
        conn
    }

    pub(super) fn id(&self) -> u64 {
        self.id
    }

    pub(super) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    pub(super) fn is_run_by(&self, task: &Waker) {
        self.task.get_or_init(|| task.clone());
    }

    pub(super) fn reader(&self) -> &AtomicWaker {
        &self.reader
    }

    pub(super) fn writer(&self) -> &AtomicWaker {
        &self.writer
    }

    pub(super) fn wake(&self) {
        if let Some(task) = self.task.get() {
            task.wake_by_ref();
        }
        if self.is(UPGRADED) {
            self.reader.wake();
            self.writer.wake();
        }
    }

    fn is(&self, flag: u16) -> bool {
        self.flags.load(Ordering::Relaxed) & flag != 0
    }

    fn set(&self, flag: u16) {
        if self.flags.load(Ordering::Relaxed) & flag != flag {
            self.flags.fetch_or(flag, Ordering::Relaxed);
        }
    }

    fn clear(&self, flag: u16) {
        if self.is(flag) {
            self.flags.fetch_and(!flag, Ordering::Relaxed);
        }
    }

    pub(super) fn is_upgraded(&self) -> bool {
        self.is(UPGRADED)
    }

    pub(super) fn is_http2(&self) -> bool {
        self.is(HTTP2)
    }

    /// Whether we close it between two requests.
    pub(super) fn is_closed(&self) -> bool {
        self.is(CLOSED)
    }

    pub(super) fn close(&self) {
        self.set(CLOSED);
    }

    pub(super) fn is_refusing(&self) -> bool {
        self.is(REFUSING)
    }

    pub(super) fn refuse_work(&self) {
        self.set(REFUSING);
    }

    pub(super) fn is_seen(&self) -> bool {
        self.is(SEEN)
    }

    #[inline]
    pub(super) fn bytes_read(&self) {
        self.set(SEEN | STIRRED);
        self.clear(PARK);
        // Before a shutdown nobody asks; when one begins, every connection takes stock.
        // Where the end of a body cannot be known, bytes after the answer are watched all the same.
        if self.is(STOCKED | BODIED) && lock(&self.requests).claims_nothing() {
            self.set(UNCLAIMED);
        }
    }

    /// Whether the last request had a body, which hyper may still be reading.
    pub(super) fn is_bodied(&self) -> bool {
        self.is(BODIED)
    }

    pub(super) fn found_unclaimed(&self) {
        self.set(UNCLAIMED);
    }

    #[cfg(feature = "http2")]
    pub(super) fn speaks_http2(&self) {
        self.set(HTTP2);
    }

    /// One round of parking: marks it if nothing was read since the last round.
    pub(super) fn park_if_idle(&self) {
        if self.is(STIRRED) {
            self.clear(STIRRED);
        } else if !self.is(PARK | BODIED) && self.class() == ConnectionClass::Idle {
            self.set(PARK);
            self.wake();
        }
    }

    /// It holds nothing that it does not need.
    pub(super) fn parked(&self) {
        self.clear(PARK);
        if !self.shared.orders().is_none() {
            self.set(STOCKED);
        }
    }

    #[inline]
    pub(super) fn flushed(&self) {
        if self.is(ENDING) {
            self.clear(ENDING);
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
            if !self.shared.orders().is_none() {
                self.set(LATE);
            }
        }
    }

    /// Whether an answer has ended in the shutdown since this was last asked.
    pub(super) fn take_late(&self) -> bool {
        let late = self.is(LATE);
        self.clear(LATE);
        late
    }

    pub(super) fn shut(&self) {
        self.end_all();
        self.set(LINGERING);
        self.shared.tell(Input::Shut);
    }

    pub(super) fn upgraded(&self) {
        self.set(UPGRADED);
        lock(&self.requests).leaves_http();
        self.shared.tell(Input::Upgraded);
    }

    pub(super) fn gone(&self) {
        self.end_all();
        self.shared.discharge(self.id);
        self.shared.tell(Input::Closed(self.stage()));
    }

    fn stage(&self) -> Stage {
        if self.is(LINGERING) {
            Stage::Lingering
        } else if self.is(UPGRADED) {
            Stage::Upgraded
        } else {
            Stage::Open
        }
    }

    /// A request's head was read; its number on this connection.
    #[inline]
    pub(super) fn request_started<B>(&self, request: &Request<B>, bodiless: bool) -> u64 {
        self.clear(UNCLAIMED);
        if bodiless {
            self.clear(BODIED);
        } else {
            self.set(BODIED);
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
    pub(super) fn tell_requests(&self) {
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
    pub(super) fn request_answered(&self, id: u64) {
        if self.is_http2() {
            self.request_ended(id);
        } else {
            self.answered.store(id, Ordering::Relaxed);
            self.set(ENDING);
        }
    }

    pub(super) fn request_ended(&self, id: u64) {
        let mut requests = lock(&self.requests);
        if requests.remove(id) && requests.told {
            self.shared.tell(Input::RequestEnded);
        }
    }

    fn end_all(&self) {
        self.end(InFlight::clear);
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

    /// Whether it may go on as it is without a further look.
    pub(super) fn is_free(&self) -> bool {
        self.shared.orders().is_none() && !self.is(PARK)
    }

    /// What is to become of it, given the orders. Meant to be asked when it has just been polled.
    pub(super) fn verdict(&self, said_goodbye: bool) -> Verdict {
        let orders = self.shared.orders();
        if orders.has(Orders::ABORT) {
            return Verdict::Abort;
        }
        if orders.has(Orders::REFUSE_WORK) && !self.is_refusing() {
            return Verdict::LastLook;
        }
        let stock = self.is(PARK) || !self.is(STOCKED);
        match self.class() {
            // From here on hyper closes it, when its last stream is written and the peer has heard.
            ConnectionClass::Http2 if orders.has(Orders::ANNOUNCE_CLOSE) && !said_goodbye => {
                Verdict::SayGoodbye
            }
            ConnectionClass::Idle if orders.has(Orders::CLOSE_IDLE) => Verdict::Close,
            ConnectionClass::Idle if stock => Verdict::Park,
            ConnectionClass::New if orders.has(Orders::CLOSE_SILENT) => Verdict::Close,
            ConnectionClass::New
            | ConnectionClass::HalfHead
            | ConnectionClass::Active
            | ConnectionClass::Idle
            | ConnectionClass::Http2
            | ConnectionClass::Upgraded
            | ConnectionClass::Lingering => Verdict::Stay,
        }
    }

    pub(super) fn class(&self) -> ConnectionClass {
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
    pub(super) fn describe(&self, now: Instant) -> AbortedConnection {
        let class = self.class();
        let requests = lock(&self.requests).describe(now);
        AbortedConnection { connection: self.id, class, requests }
    }
}
