use serde::{Deserialize, Serialize};

/// An axis of the matrix: a small enum whose variants have a number and a name.
macro_rules! axis {
    ($(#[$about:meta])* $axis:ident { $($(#[$doc:meta])* $variant:ident $name:literal,)* }) => {
        $(#[$about])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(rename_all = "snake_case")]
        pub enum $axis {
            $($(#[$doc])* $variant,)*
        }

        impl $axis {
            /// Every one, in order.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Its name for people.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

axis! {
    /// Where the shutdown stood. Of a server that does not say so, as far as it can be seen.
    Phase {
        /// Nobody had told it to stop.
        Serving "serving",
        /// Signalled and unready; the listener is open.
        LameDuck "lame duck",
        /// The listener is being closed.
        Sealing "sealing",
        /// The listener is closed; requests go on.
        Draining "draining",
        /// What was left has been cut.
        Aborting "aborting",
        /// Resources are being released.
        Releasing "releasing",
        /// It had returned.
        Done "done",
    }
}

axis! {
    /// What kind of connection it was.
    Class {
        /// One request.
        OneShot "one-shot",
        /// Several requests, one after the other.
        KeepAlive "keep-alive",
        /// A request was sent before the one before it was answered.
        Pipelined "pipelined",
        /// A request was sent in parts.
        SlowRequest "slow request",
        /// No byte was sent.
        Silent "silent",
        /// Its client left before it was answered.
        Leaving "leaving",
        /// Its client closed its own side early.
        HalfClosed "half-closed",
        /// It left HTTP.
        Upgraded "upgraded",
        /// It spoke HTTP/2.
        Http2 "HTTP/2",
        /// One of a library's pool.
        Pooled "pooled",
        /// No connection at all: the server as a whole.
        None "none",
    }
}

axis! {
    /// What was done to it from outside.
    Fault {
        /// Nothing.
        None "no fault",
        /// Its link was held for a while.
        Hold "held link",
        /// Its link was cut.
        Cut "cut link",
        /// The store stood still.
        Stall "stalled store",
        /// The store was broken.
        Broken "broken store",
        /// The server was told a second time.
        Signal "second signal",
    }
}

axis! {
    /// What its client saw of it in the end.
    Outcome {
        /// A success.
        Done "2xx",
        /// An answer that refuses: 503.
        Refused "503",
        /// Another answer.
        Other "other answer",
        /// Closed with nothing owed.
        Closed "closed",
        /// Closed without a byte of the answer that was owed.
        Unanswered "unanswered",
        /// A reset with nothing owed, or without a byte of what was.
        Reset "reset",
        /// Cut inside of the answer.
        Cut "cut answer",
        /// The client left first.
        Left "client left",
        /// It could not be established.
        NotConnected "no connection",
        /// Nothing, to the end.
        Silence "silence",
    }
}
