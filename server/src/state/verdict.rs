use super::conn_flags::{PARK, STOCKED};
use crate::drain::ShutdownFlags;
use crate::report::ConnectionClass;
use crate::state::Conn;

/// What is to become of a connection that has nothing more to do at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
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
    pub(crate) fn is_free(&self) -> bool {
        self.shared().flags().is_none() && !self.is(PARK)
    }

    /// What is to become of it, given the orders. Meant to be asked when it has just been polled.
    pub(crate) fn verdict(&self, said_goodbye: bool) -> Verdict {
        let flags = self.shared().flags();
        if flags.has(ShutdownFlags::ABORT) {
            return Verdict::Abort;
        }
        if flags.has(ShutdownFlags::REFUSE_WORK) && !self.is_refusing() {
            return Verdict::LastLook;
        }
        let stock = self.is(PARK) || !self.is(STOCKED);
        match self.class() {
            // From here on hyper closes it, when its last stream is written and the peer has heard.
            ConnectionClass::Http2 if flags.has(ShutdownFlags::ANNOUNCE_CLOSE) && !said_goodbye => {
                Verdict::SayGoodbye
            }
            ConnectionClass::Idle if flags.has(ShutdownFlags::CLOSE_IDLE) => Verdict::Close,
            ConnectionClass::Idle if stock => Verdict::Park,
            ConnectionClass::New if flags.has(ShutdownFlags::CLOSE_SILENT) => Verdict::Close,
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
