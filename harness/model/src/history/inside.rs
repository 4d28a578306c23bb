use serde::{Deserialize, Serialize};

/// What happened inside of the server, which only a world that holds the server in its hands can
/// record. The checks of the real world do not look at it.
///
/// Connections bear the names that the clients gave them, `actor@n`; one that is not known is `?`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "inside", rename_all = "snake_case")]
pub enum Inside {
    /// The shutdown entered a phase.
    Phase {
        /// The phase's name, as the server says it.
        phase: String,
    },
    /// The service began to say that it is not ready.
    Unready,
    /// The listener was told to close.
    Sealing {
        /// How many connections were established and not accepted then.
        queued: u32,
    },
    /// The listener was closed.
    Sealed {
        /// How, as the server says it; empty if it does not.
        method: String,
        /// How many connections that were established and not accepted were lost by it.
        queued: u32,
    },
    /// The server accepted a connection.
    Accepted {
        /// Which.
        conn: String,
    },
    /// The server shut its side of a connection.
    Shut {
        /// Which.
        conn: String,
        /// How many bytes had come and were not read. None are counted where the world itself had
        /// told the server, when it last looked, that there was nothing to read.
        #[serde(default)]
        unread: u64,
    },
    /// The server let go of a connection's socket.
    Dropped {
        /// Which.
        conn: String,
        /// How many bytes had come and were never read; counted as in [`Shut`](Self::Shut).
        unread: u64,
    },
    /// The application was given a request.
    Began {
        /// The n-th in this run, from 1.
        call: u64,
        /// On which connection.
        conn: String,
        /// Method and path.
        line: String,
    },
    /// The application's answer to a request was ready, or its future was dropped before that.
    Ended {
        /// Which.
        call: u64,
        /// The status; `None` if it was dropped.
        status: Option<u16>,
    },
    /// The body of the application's answer was wholly taken from it, or dropped before its end.
    Written {
        /// Which.
        call: u64,
        /// Whether it was wholly taken: it says that it is at its end, or gave as many bytes as it
        /// had announced, or is one that is never sent (the answer to `HEAD`).
        whole: bool,
    },
    /// A resource of the service is told to close, has closed, or was given up.
    Release {
        /// Its name.
        resource: String,
        /// How far it is.
        state: ReleaseState,
    },
    /// A statement was given to a store that was closed or closing.
    StoreClosed,
    /// What was left when the server had returned, and whatever was ready to run had run.
    Left {
        /// Tasks that it had spawned.
        tasks: u32,
        /// Sockets that it had opened.
        sockets: u32,
    },
    /// What the server reports, in its own words, as JSON.
    Report {
        /// The report.
        report: serde_json::Value,
    },
    /// Something panicked.
    Panicked {
        /// Message and place.
        message: String,
    },
    /// Nothing can happen any more, and the run is not over.
    Stuck,
    /// More happens than a run can hold.
    Livelock,
}

/// How far the release of a resource is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReleaseState {
    /// It was begun.
    Begun,
    /// It is done.
    Done,
    /// It was given up.
    GivenUp,
}
