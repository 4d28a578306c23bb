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
            /// Every variant, in order.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The variant's name for people.
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
    /// The phase of the shutdown: announced by the server, or else derived from its behaviour.
    Phase {
        /// No signal had come.
        Serving "serving",
        /// The server is signalled and unready; the listener is open.
        LameDuck "lame duck",
        /// The listener is being closed.
        Sealing "sealing",
        /// The listener is closed; requests continue.
        Draining "draining",
        /// The server has cut the remaining work.
        Aborting "aborting",
        /// The server releases its resources.
        Releasing "releasing",
        /// The server has returned.
        Done "done",
    }
}

axis! {
    /// The kind of a connection.
    Class {
        /// One request.
        OneShot "one-shot",
        /// Several requests, one after the other.
        KeepAlive "keep-alive",
        /// A request was sent before the answer to the previous request.
        Pipelined "pipelined",
        /// A request was sent in parts.
        SlowRequest "slow request",
        /// No byte was sent.
        Silent "silent",
        /// The client left before the answer.
        Leaving "leaving",
        /// The client closed its own side early.
        HalfClosed "half-closed",
        /// The connection left HTTP.
        Upgraded "upgraded",
        /// The connection spoke HTTP/2.
        Http2 "HTTP/2",
        /// A connection of a library's pool.
        Pooled "pooled",
        /// No connection: the server as a whole.
        None "none",
    }
}

axis! {
    /// The worst fault from outside.
    Fault {
        /// Nothing.
        None "no fault",
        /// The link was held for a while.
        Hold "held link",
        /// The link was cut.
        Cut "cut link",
        /// The store stalled.
        Stall "stalled store",
        /// The store was broken.
        Broken "broken store",
        /// A second signal came.
        Signal "second signal",
    }
}

axis! {
    /// The end as the client saw it.
    Outcome {
        /// A success.
        Done "2xx",
        /// A 503, or a refusal over HTTP/2.
        Refused "503",
        /// Another answer.
        Other "other answer",
        /// Closed with every request answered.
        Closed "closed",
        /// Closed without a byte of a pending answer.
        Unanswered "unanswered",
        /// Reset with every request answered, or without a byte of a pending answer.
        Reset "reset",
        /// Cut inside the answer.
        Cut "cut answer",
        /// The client left first.
        Left "client left",
        /// The connection could not be established.
        NotConnected "no connection",
        /// No answer until the end of the run.
        Silence "silence",
    }
}
