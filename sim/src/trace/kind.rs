use std::fmt;

/// Declares [`Kind`]: number, name in exports, and what `a` and `b` mean.
macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $number:literal, $name:literal;)*) => {
        /// The kind of a record. The numbers are part of the format: a kind never gets another
        /// number, and gaps leave room for each group.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Kind {
            $($(#[$doc])* $variant = $number,)*
        }

        impl Kind {
            /// Every kind, in the order of their numbers.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The kind with this number, if there is one.
            #[must_use]
            pub fn from_number(number: u8) -> Option<Self> {
                match number {
                    $($number => Some(Self::$variant),)*
                    _ => None,
                }
            }

            /// The name in exports.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

kinds! {
    /// A packet was given to the network. `a`: [`packet_a`](super::packet_a) (flags and length),
    /// `b`: sequence number in the upper half, acknowledgement in the lower.
    PacketSent = 0x10, "packet_sent";
    /// A packet arrived at `host`. `a` and `b` as in `PacketSent`.
    PacketDelivered = 0x11, "packet_delivered";
    /// A packet was lost: a rule dropped it, or no socket takes it. `a` and `b` as in `PacketSent`.
    PacketDropped = 0x12, "packet_dropped";
    /// A held link keeps a packet. `a` and `b` as in `PacketSent`.
    PacketHeld = 0x13, "packet_held";
    /// A link changed. `a`: 0 held, 1 cut, 2 healed; `b`: the other host.
    Link = 0x18, "link";

    /// The server took a connection from its accept queue. `a`: how many are left in the queue,
    /// `b`: the port of the peer.
    ConnectionAccepted = 0x20, "connection_accepted";
    /// A client's connect succeeded. `a`: the client's own port, `b`: nanoseconds since it was
    /// begun.
    ConnectionOpened = 0x21, "connection_opened";
    /// `host` saw or did an orderly end. `a`: 0 by itself, 1 by its peer; `b`: bytes unread.
    ConnectionClosed = 0x22, "connection_closed";
    /// `host` saw or did a reset. `a`: 0 by itself, 1 by its peer; `b`: bytes unread.
    ConnectionReset = 0x23, "connection_reset";
    /// A client's connect failed. `a`: 0 refused, 1 reset, 2 timed out, 3 anything else; `b`:
    /// nanoseconds since it was begun.
    ConnectionFailed = 0x24, "connection_failed";
    /// The server closed a connection's socket. `a`: bytes unread.
    ConnectionDropped = 0x25, "connection_dropped";

    /// A client wrote bytes of a request to its socket. `a`: the request's number with this actor,
    /// from 1; `b`: how many bytes.
    RequestSent = 0x30, "request_sent";
    /// A client has a whole response. `a`: the request's number, `b`: the status.
    RequestAnswered = 0x31, "request_answered";
    /// A request ended without a whole response. `a`: the request's number, `b`: 0 closed,
    /// 1 reset, 2 given up by the client, 3 malformed, 4 silence.
    RequestEnded = 0x32, "request_ended";
    /// The application received a request. `a`: the n-th call of this run, from 1.
    CallBegan = 0x38, "call_began";
    /// The application's answer was ready, or its future was dropped. `a`: the call, `b`: the
    /// status, 0 if it was dropped.
    CallEnded = 0x39, "call_ended";
    /// The body of an answer was written completely, or dropped. `a`: the call, `b`: 1 if the body
    /// was written completely.
    CallWritten = 0x3a, "call_written";

    /// The server received a signal. `a`: its number (15 SIGTERM, 2 SIGINT), `b`: 0 to the
    /// server, 1 to its group.
    Signal = 0x40, "signal";
    /// An actor began a step of its script. `a`: the step's index in the script, `b`: a number
    /// of the interpreter, 0 for none.
    Step = 0x41, "step";
    /// The shutdown entered a phase. `a`: its index in `lastorders::drain::Phase::ALL`.
    Phase = 0x48, "phase";
    /// The service's readiness changed. `a`: 1 ready, 0 not.
    Ready = 0x49, "ready";
    /// The listener was closed. `a`: the seal method's number, `b`: how many established
    /// connections were lost in its queue.
    Sealed = 0x4a, "sealed";
    /// A resource is being released. `a`: its index, `b`: 0 begun, 1 done, 2 given up.
    Release = 0x4b, "release";
    /// Tasks and sockets that were left when the server returned. `a`: tasks, `b`: sockets.
    Left = 0x4c, "left";
    /// The server returned. `a`: its exit code.
    Exited = 0x4d, "exited";

    /// The store received a statement. `a`: its number in this run, `b`: its kind, by the store's
    /// number.
    StoreBegun = 0x50, "store_begun";
    /// A statement ended. `a`: its number, `b`: 0 done, 1 failed, 2 dropped by the caller.
    StoreDone = 0x51, "store_done";
    /// A statement waits at a gate, or a gate changed. `a`: the statement's number, 0 for the gate
    /// itself; `b`: 1 held, 0 let go.
    StoreHeld = 0x52, "store_held";
    /// The store was broken or healed. `a`: 0 reset, 1 black hole, 2 refuse, 3 stall, 4 healed.
    StoreFault = 0x53, "store_fault";

    /// The balancer changed its rotation. `a`: 1 if the server is in, 0 if not; `b`: how many
    /// probes it made.
    Balancer = 0x60, "balancer";

    /// A wrapper yielded without need. `a`: 0 I/O, 1 store, 2 task; `b`: how often it has been
    /// polled.
    Yield = 0x70, "yield";
    /// How often a stream was drawn from in the whole run. `a`: the [`Stream`], `b`: how often.
    Draws = 0x71, "draws";
    /// A task was spawned by the server. `a`: the n-th.
    TaskSpawned = 0x78, "task_spawned";
    /// A task of the server ended. `a`: the n-th.
    TaskEnded = 0x79, "task_ended";

    /// The run reached a situation that a sweep must reach. `a`: its index.
    Sometimes = 0x80, "sometimes";
    /// A record for debugging, with free `a` and `b`.
    Mark = 0x81, "mark";

    /// Something panicked. `a`: 0 in the server, 1 in an actor, 2 in the world.
    Panicked = 0xf0, "panicked";
    /// All tasks were idle, no timer was set, and the plan was not finished.
    Stuck = 0xf1, "stuck";
    /// The run had too many events. `a`: how many.
    Livelock = 0xf2, "livelock";
    /// The run is over. `a`: 0 done, 1 stuck, 2 livelock, 3 panicked, 4 unsupported.
    End = 0xff, "end";
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A stream of random numbers. Each concern has its own, so that fewer draws from one stream do not
/// shift the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Stream {
    /// The plan.
    Plan = 0,
    /// Latencies.
    Net = 1,
    /// Faults.
    Fault = 2,
    /// The order in which tokio polls ready tasks. Tokio draws by itself: only our draws for tokio
    /// are counted.
    Tokio = 3,
    /// Where a wrapper yields.
    Yield = 4,
}

impl Stream {
    /// Every stream, in the order of their numbers.
    pub const ALL: [Self; 5] = [Self::Plan, Self::Net, Self::Fault, Self::Tokio, Self::Yield];

    /// The name, which the stream's seed depends on.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Net => "net",
            Self::Fault => "fault",
            Self::Tokio => "tokio",
            Self::Yield => "yield",
        }
    }
}

impl fmt::Display for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_ascending_numbers_and_unique_names() {
        let mut names = std::collections::BTreeSet::new();
        for (at, kind) in Kind::ALL.iter().enumerate() {
            assert_eq!(Kind::from_number(*kind as u8), Some(*kind));
            assert!(names.insert(kind.name()), "{kind} is there twice");
            assert!(at == 0 || Kind::ALL[at - 1] < *kind, "{kind} is out of order");
        }
        assert_eq!(Kind::from_number(0), None);
    }

    #[test]
    fn streams_are_numbered_in_order() {
        for (at, stream) in Stream::ALL.into_iter().enumerate() {
            assert_eq!(stream as usize, at);
        }
    }
}
