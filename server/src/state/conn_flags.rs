use std::sync::atomic::{AtomicU16, Ordering};

/// A byte has been read.
pub(crate) const SEEN: u16 = 1;
/// Bytes have been read that belong to no request yet.
pub(crate) const UNCLAIMED: u16 = 2;
/// It speaks HTTP/2.
pub(crate) const HTTP2: u16 = 4;
/// It has left HTTP.
pub(crate) const UPGRADED: u16 = 8;
/// The body of the response is whole, and ends with the next flush.
pub(crate) const ENDING: u16 = 16;
/// Its write side is shut.
pub(crate) const LINGERING: u16 = 32;
/// We close it between two requests.
pub(crate) const CLOSED: u16 = 64;
/// New requests on it are refused.
pub(crate) const REFUSING: u16 = 128;
/// Something was read since the last round of parking.
pub(crate) const STIRRED: u16 = 256;
/// It is to be parked.
pub(crate) const PARK: u16 = 512;
/// The shutdown has begun, and from here on it is known which bytes belong to no request yet.
pub(crate) const STOCKED: u16 = 1024;
/// An answer has ended since the shutdown began.
pub(crate) const LATE: u16 = 2048;
/// The last request has a body, and hyper has not come to its end.
pub(crate) const BODIED: u16 = 4096;
/// Its socket is closed; handlers of HTTP/2 may not have heard of it.
pub(crate) const GONE: u16 = 8192;

/// What is known of a connection, as bits. They are written by the connection's own task, and read
/// by others for reports and for parking, so their order among each other does not matter.
#[derive(Debug, Default)]
pub(crate) struct Flags(AtomicU16);

impl Flags {
    /// Whether one of these is set.
    #[inline]
    pub(crate) fn is(&self, flags: u16) -> bool {
        self.0.load(Ordering::Relaxed) & flags != 0
    }

    #[inline]
    pub(crate) fn set(&self, flags: u16) {
        if self.0.load(Ordering::Relaxed) & flags != flags {
            self.0.fetch_or(flags, Ordering::Relaxed);
        }
    }

    #[inline]
    pub(crate) fn clear(&self, flags: u16) {
        if self.is(flags) {
            self.0.fetch_and(!flags, Ordering::Relaxed);
        }
    }
}
