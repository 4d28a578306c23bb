use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use futures_util::task::AtomicWaker;
use http::{Method, Uri};

use super::shared::{Orders, Shared, lock};
use crate::drain::{Input, Stage};
use crate::report::{AbortedConnection, AbortedRequest, ConnectionClass, millis};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

// What is known of a connection, as bits. They are written by the connection's own task, and read
// by others for reports only, so their order among each other does not matter.
/// A byte has been read.
const SEEN: u8 = 1;
/// Bytes have been read that belong to no request yet.
const UNCLAIMED: u8 = 2;
/// It speaks HTTP/2.
const HTTP2: u8 = 4;
/// It has left HTTP.
const UPGRADED: u8 = 8;
/// The body of the response is whole, and ends with the next flush.
const ENDING: u8 = 16;
/// Its write side is shut.
const LINGERING: u8 = 32;
/// We have closed it: reads give the end of the stream.
const CLOSED: u8 = 64;

/// What is to become of a connection that has nothing more to do at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It goes on.
    Stay,
    /// It is told that this is the end (HTTP/2).
    SayGoodbye,
    /// It is closed in good order, unless bytes have arrived meanwhile.
    Close,
    /// It is cut.
    Abort,
}

/// The state of one connection: written by its task, read by the driver.
#[derive(Debug)]
pub(crate) struct Conn {
    id: u64,
    shared: Arc<Shared>,
    waker: AtomicWaker,
    /// The writer of an upgraded connection, which may be another task than its reader.
    writer: AtomicWaker,
    flags: AtomicU8,
    /// How much of the HTTP/2 preface the first bytes have matched.
    preface: AtomicU8,
    requests: Mutex<Vec<InFlight>>,
}

#[derive(Debug)]
struct InFlight {
    id: u64,
    method: Method,
    uri: Uri,
    since: Instant,
    /// A request without a body: whatever is read while it is in flight belongs to the next one.
    bodiless: bool,
}

impl Conn {
    pub(super) fn open(shared: &Arc<Shared>) -> Arc<Self> {
        let conn = Arc::new(Self {
            id: shared.next_id(),
            shared: Arc::clone(shared),
            waker: AtomicWaker::new(),
            writer: AtomicWaker::new(),
            flags: AtomicU8::new(0),
            preface: AtomicU8::new(0),
            requests: Mutex::default(),
        });
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

    pub(super) fn waker(&self) -> &AtomicWaker {
        &self.waker
    }

    pub(super) fn writer(&self) -> &AtomicWaker {
        &self.writer
    }

    pub(super) fn wake(&self) {
        self.waker.wake();
        self.writer.wake();
    }

    fn is(&self, flag: u8) -> bool {
        self.flags.load(Ordering::Relaxed) & flag != 0
    }

    fn set(&self, flag: u8) {
        if !self.is(flag) {
            self.flags.fetch_or(flag, Ordering::Relaxed);
        }
    }

    fn clear(&self, flag: u8) {
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

    /// Whether reads are to give the end of the stream.
    pub(super) fn is_closed(&self) -> bool {
        self.is(CLOSED)
    }

    pub(super) fn close(&self) {
        self.set(CLOSED);
    }

    pub(super) fn bytes_read(&self, bytes: &[u8]) {
        self.sniff(bytes);
        self.set(SEEN);
        if !self.is(UNCLAIMED) && lock(&self.requests).last().is_none_or(|it| it.bodiless) {
            self.set(UNCLAIMED);
        }
    }

    /// Compares the first bytes with the preface of HTTP/2, however they are cut up.
    fn sniff(&self, bytes: &[u8]) {
        let matched = usize::from(self.preface.load(Ordering::Relaxed));
        if matched >= PREFACE.len() || (matched == 0 && self.is(SEEN)) {
            return;
        }
        let expected = &PREFACE[matched..];
        let length = expected.len().min(bytes.len());
        if bytes[..length] != expected[..length] {
            self.preface.store(0, Ordering::Relaxed);
            return;
        }
        let matched = matched + length;
        self.preface.store(u8::try_from(matched).unwrap_or(u8::MAX), Ordering::Relaxed);
        if cfg!(feature = "http2") && matched == PREFACE.len() {
            self.set(HTTP2);
        }
    }

    pub(super) fn flushed(&self) {
        if self.is(ENDING) {
            self.clear(ENDING);
            self.end_all();
        }
    }

    /// The write side is shut.
    pub(super) fn shut(&self) {
        self.end_all();
        self.set(LINGERING);
        self.shared.tell(Input::Shut);
    }

    /// The connection has left HTTP.
    pub(super) fn upgraded(&self) {
        self.set(UPGRADED);
        self.shared.tell(Input::Upgraded);
    }

    /// The connection is gone.
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

    pub(super) fn request_started(&self, id: u64, method: Method, uri: Uri, bodiless: bool) {
        self.clear(UNCLAIMED);
        let since = self.shared.clock().now();
        lock(&self.requests).push(InFlight { id, method, uri, since, bodiless });
        self.shared.tell(Input::RequestStarted);
    }

    /// The response is whole. HTTP/1 has it in its buffer, and the flush that follows ends the
    /// request. HTTP/2 does not say when one stream's share has been flushed; there the request
    /// ends here, and it is the connection that stays until all is out.
    pub(super) fn request_answered(&self, id: u64) {
        if self.is_http2() {
            self.request_ended(id);
        } else {
            self.set(ENDING);
        }
    }

    pub(super) fn request_ended(&self, id: u64) {
        let mut requests = lock(&self.requests);
        let Some(place) = requests.iter().position(|it| it.id == id) else {
            return;
        };
        requests.swap_remove(place);
        drop(requests);
        self.shared.tell(Input::RequestEnded);
    }

    fn end_all(&self) {
        let mut requests = lock(&self.requests);
        let ended = requests.len();
        requests.clear();
        drop(requests);
        for _ in 0..ended {
            self.shared.tell(Input::RequestEnded);
        }
    }

    /// What is to become of it, given the orders. Meant to be asked when it has just been polled.
    pub(super) fn verdict(&self, said_goodbye: bool) -> Verdict {
        let orders = self.shared.orders();
        if orders.has(Orders::ABORT) {
            return Verdict::Abort;
        }
        match self.class() {
            // From here on hyper closes it, when its last stream is written and the peer has heard.
            ConnectionClass::Http2 if orders.has(Orders::ANNOUNCE_CLOSE) && !said_goodbye => {
                Verdict::SayGoodbye
            }
            ConnectionClass::Idle if orders.has(Orders::CLOSE_IDLE) => Verdict::Close,
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
        let in_flight = lock(&self.requests);
        let requests = in_flight.iter().map(|it| AbortedRequest {
            method: it.method.to_string(),
            path: it.uri.path().to_owned(),
            age_ms: millis(now.saturating_duration_since(it.since)),
        });
        AbortedConnection { connection: self.id, class, requests: requests.collect() }
    }
}
