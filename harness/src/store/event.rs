use std::sync::Arc;

/// An observation of the proxy. `session` numbers the connections from 1, in the order of arrival.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreEvent {
    /// The server under test has connected.
    Opened {
        /// The connection's number.
        session: u64,
    },
    /// The connection is a session now: its startup packet has arrived.
    Started {
        /// The connection's number.
        session: u64,
        /// The role in the startup packet.
        user: String,
        /// The database in the startup packet; empty if missing.
        database: String,
        /// The application name; empty if missing.
        application: String,
    },
    /// The connection asks to cancel a statement of another session.
    Cancelling {
        /// The connection's number.
        session: u64,
    },
    /// The first bytes are not Postgres's protocol. The proxy forwards them unchanged.
    Garbled {
        /// The connection's number.
        session: u64,
    },
    /// The server under test has sent a query (`Query`, `Execute`), which the proxy now forwards.
    Working {
        /// The connection's number.
        session: u64,
    },
    /// Postgres's answer is forwarded, and the session is idle inside a transaction.
    Paused {
        /// The connection's number.
        session: u64,
    },
    /// Postgres's answer is forwarded, and the session is idle outside a transaction.
    Idle {
        /// The connection's number.
        session: u64,
    },
    /// An insert is committed, and the proxy withholds its acknowledgement.
    Withheld {
        /// The connection's number.
        session: u64,
    },
    /// The withheld acknowledgement is released.
    Released {
        /// The connection's number.
        session: u64,
    },
    /// The server under test has sent `Terminate`, as a closed pool does.
    Terminate {
        /// The connection's number.
        session: u64,
    },
    /// The server under test has closed its side.
    ClientFin {
        /// The connection's number.
        session: u64,
    },
    /// The server under test has reset the connection.
    ClientReset {
        /// The connection's number.
        session: u64,
    },
    /// Postgres has closed its side, or cannot be reached.
    ServerClosed {
        /// The connection's number.
        session: u64,
    },
    /// The proxy has reset the connection: a fault of the plan.
    Reset {
        /// The connection's number.
        session: u64,
    },
    /// Both sides of the connection are closed. Nothing follows for this session.
    Ended {
        /// The connection's number.
        session: u64,
    },
}

/// A function that gets every event at once, in the order of each session. The proxy's tasks call
/// the function, so it must neither block nor panic.
pub type Observer = Arc<dyn Fn(StoreEvent) + Send + Sync>;
