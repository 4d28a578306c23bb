use super::conn::Conn;
use super::flags::{PARK, STOCKED};
use super::shared::ShutdownFlags;
use crate::report::ConnectionClass;

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

impl Conn {
    /// Whether it may go on as it is without a further look.
    pub(super) fn is_free(&self) -> bool {
        self.shared().orders().is_none() && !self.is(PARK)
    }

    /// What is to become of it, given the orders. Meant to be asked when it has just been polled.
    pub(super) fn verdict(&self, said_goodbye: bool) -> Verdict {
        let orders = self.shared().orders();
        if orders.has(ShutdownFlags::ABORT) {
            return Verdict::Abort;
        }
        if orders.has(ShutdownFlags::REFUSE_WORK) && !self.is_refusing() {
            return Verdict::LastLook;
        }
        let stock = self.is(PARK) || !self.is(STOCKED);
        match self.class() {
            // From here on hyper closes it, when its last stream is written and the peer has heard.
            ConnectionClass::Http2
                if orders.has(ShutdownFlags::ANNOUNCE_CLOSE) && !said_goodbye =>
            {
                Verdict::SayGoodbye
            }
            ConnectionClass::Idle if orders.has(ShutdownFlags::CLOSE_IDLE) => Verdict::Close,
            ConnectionClass::Idle if stock => Verdict::Park,
            ConnectionClass::New if orders.has(ShutdownFlags::CLOSE_SILENT) => Verdict::Close,
            ConnectionClass::New
            | ConnectionClass::HalfHead
            | ConnectionClass::Active
            | ConnectionClass::Idle
            | ConnectionClass::Http2
            | ConnectionClass::Upgraded
            | ConnectionClass::Lingering => Verdict::Stay,
        }
    }
}
