use std::sync::Arc;

/// Something that the proxy saw. `session` counts connections from 1, in the order of arrival.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreEvent {
    /// The server under test has connected.
    Opened {
        /// Which connection.
        session: u64,
    },
    /// The connection has become a session: its startup packet is here.
    Started {
        /// Which connection.
        session: u64,
        /// The role that it names.
        user: String,
        /// The database that it names; empty if it names none.
        database: String,
        /// The application name; empty if there is none.
        application: String,
    },
    /// The connection is there to cancel what another session does.
    Cancelling {
        /// Which connection.
        session: u64,
    },
    /// What came does not begin like Postgres's protocol; it is passed on as it is.
    Garbled {
        /// Which connection.
        session: u64,
    },
    /// The server under test has sent a query (`Query`, `Execute`), which goes to Postgres now.
    Working {
        /// Which connection.
        session: u64,
    },
    /// Postgres's answer has been given, and the session is at rest inside a transaction.
    Paused {
        /// Which connection.
        session: u64,
    },
    /// Postgres's answer has been given, and the session is at rest outside a transaction.
    Idle {
        /// Which connection.
        session: u64,
    },
    /// An insert is committed, and its acknowledgement is withheld.
    Withheld {
        /// Which connection.
        session: u64,
    },
    /// What was withheld is let go.
    Released {
        /// Which connection.
        session: u64,
    },
    /// The server under test has said farewell, as a pool that is closed does.
    Terminate {
        /// Which connection.
        session: u64,
    },
    /// The server under test has closed its side.
    ClientFin {
        /// Which connection.
        session: u64,
    },
    /// The server under test has reset the connection.
    ClientReset {
        /// Which connection.
        session: u64,
    },
    /// Postgres has closed its side, or cannot be reached.
    ServerClosed {
        /// Which connection.
        session: u64,
    },
    /// We have reset the connection: a fault of the plan.
    Reset {
        /// Which connection.
        session: u64,
    },
    /// The connection is over, on both sides. Nothing follows for this session.
    Ended {
        /// Which connection.
        session: u64,
    },
}

/// Who is told of every event, at once and in the order of each session. It is called from the
/// proxy's tasks, so it must neither block nor panic.
pub type Observer = Arc<dyn Fn(StoreEvent) + Send + Sync>;
