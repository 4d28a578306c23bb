use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Answer, Extension};
use crate::plan::{Fault, Gate, Intent, LetGo, Signal, Target};

/// One observation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Microseconds since the world began to start the server.
    pub at_us: u64,
    /// The observer: an actor of the plan, or `server`, `store`, `world`.
    pub actor: String,
    /// The observation.
    #[serde(flatten)]
    pub what: EventKind,
}

/// The request of an event.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RequestId {
    /// `actor#n`: the n-th request of that actor, from 1. Unique in a run.
    pub id: String,
    /// The name in the body of a request that creates a row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// An observation, by its kind.
///
/// Connections are named `actor@n`: the n-th connection of that actor, from 1. All requests of a
/// pooled client have the connection `actor@pool`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum EventKind {
    /// The process was started.
    Started {
        /// The process's id.
        pid: u32,
        /// The port in the process's `PORT`.
        port: u16,
    },
    /// The server listens, and `/health` answered 200 for the first time.
    Ready,
    /// The server never answered. The run ends here.
    NotReady {
        /// The attempt and its result, for people.
        why: String,
    },
    /// A mark was set.
    Marked {
        /// The mark's name.
        label: String,
    },
    /// A step failed, so the run proves nothing.
    Unreached {
        /// The step, or the condition that the step awaited.
        step: String,
        /// The reason why the step failed.
        why: String,
        /// The side that failed.
        trouble: Trouble,
    },

    /// A connection was established. The kernel does that before the server accepts.
    Connected {
        /// The connection.
        conn: String,
        /// The time of the `connect` call, in microseconds.
        began_us: u64,
    },
    /// A connection could not be established.
    NotConnected {
        /// The connection.
        conn: String,
        /// The reason.
        error: ConnectError,
    },
    /// The kernel had taken all of these bytes of a request by the time of this event.
    Sent {
        /// The start of the first write, in microseconds: no byte was sent earlier.
        began_us: u64,
        /// The request's connection.
        conn: String,
        /// The request.
        request: RequestId,
        /// The purpose of the request.
        intent: Intent,
        /// Method and path, for people.
        line: String,
        /// The number of bytes.
        bytes: u64,
        /// Whether the bytes include the request's first byte.
        first: bool,
        /// Whether the bytes include the request's last byte.
        last: bool,
    },
    /// The kernel refused a request's bytes because the connection was gone. An `Ended` with the
    /// outcome follows. For a pooled client this event follows `Sent` and no `Ended` comes: the
    /// client's library found no connection.
    NotSent {
        /// The request's connection.
        conn: String,
        /// The request.
        request: RequestId,
        /// The purpose of the request.
        intent: Intent,
        /// The error, for people.
        error: String,
    },
    /// A whole response arrived.
    Answered {
        /// The request's connection.
        conn: String,
        /// The request.
        request: RequestId,
        /// The response.
        answer: Answer,
    },
    /// A request ended without a whole response: its connection ended, or its client stopped
    /// waiting.
    Ended {
        /// The request's connection.
        conn: String,
        /// The request.
        request: RequestId,
        /// The cause.
        by: End,
        /// Bytes of the response that had arrived; 0 means "closed without a byte".
        got: u64,
        /// The response's status, if the status line had arrived.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
    },
    /// A client closed its side of a connection and still receives.
    HalfClosed {
        /// The connection.
        conn: String,
    },
    /// A connection ended with every request answered.
    Closed {
        /// The connection.
        conn: String,
        /// The cause.
        by: End,
    },

    /// The content of kernel buffers just before a signal: requests that the server had not read,
    /// and connections that the server had not accepted.
    Snapshot {
        /// The start of the snapshot, in microseconds. Requests sent later are unknown.
        as_of_us: u64,
        /// Connections with bytes that the server had not read.
        unread: BTreeSet<String>,
        /// Connections in the accept queue.
        unaccepted: BTreeSet<String>,
    },
    /// A signal was sent.
    Signalled {
        /// The signal.
        signal: Signal,
        /// The receiver.
        target: Target,
    },
    /// The first sign of shutdown that is visible from outside.
    Visible {
        /// The sign.
        sign: Sign,
    },
    /// No sign of shutdown came within the contract's `visible_ms`.
    NotVisible,
    /// Nothing listens on the port any more.
    ListenerGone,
    /// Every thread of the server is stopped.
    Frozen,
    /// The server runs again.
    Thawed,
    /// The server's process ended.
    Exited {
        /// The exit status, if the process exited.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<i32>,
        /// The signal that ended the process, if one did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        signal: Option<i32>,
    },
    /// The world kills the server, because the grace is over or the run cannot continue. The event
    /// is recorded before the kill, so everything that ends because of the kill comes later.
    Killed {
        /// The reason.
        why: String,
    },
    /// What the server left behind, measured after the exit and before the world's cleanup.
    Residue {
        /// Processes that the server started, as `pid name`.
        processes: Vec<String>,
        /// Whether anything still listened on the port.
        listening: bool,
    },

    /// A gate is closed.
    Holding {
        /// The gate.
        gate: Gate,
    },
    /// Requests are proved to wait at the gate.
    Held {
        /// The gate.
        gate: Gate,
        /// The number of waiting requests.
        n: u32,
        /// The number that the plan wants. A smaller pool legitimately holds fewer.
        wanted: u32,
    },
    /// A gate opens. The event is recorded first, so everything that passes the gate comes later.
    Opened {
        /// All requests or one.
        what: LetGo,
    },
    /// The world broke the store.
    Broken {
        /// The fault.
        fault: Fault,
    },
    /// One of the server's database sessions changed.
    Session {
        /// The session's number, from 1.
        session: u64,
        /// The change.
        what: Session,
    },
    /// The rows of `jobs`, counted when all sessions had ended and all gates were open.
    Rows {
        /// The number of rows by name.
        counts: BTreeMap<String, u32>,
        /// The number of all rows.
        total: u64,
        /// The server's sessions that were still open at the count.
        sessions_left: u32,
    },
    /// The rows could not be counted.
    NoRows {
        /// The reason.
        why: String,
    },

    /// The worst delay of the world's own timers since the previous such event. The delay bounds
    /// the trust in measured times. The world records one such event before the first signal, and
    /// one at the end.
    Lag {
        /// Microseconds.
        worst_us: u64,
    },
    /// The server's output, cut to a bounded tail.
    Output {
        /// Standard output.
        stdout: String,
        /// Standard error.
        stderr: String,
    },
    /// An event that one world defines, such as what only a simulator can see. The checks of this
    /// crate ignore it.
    Extension(Extension),
    /// A remark for the reader. No check reads the text.
    Note {
        /// The text.
        text: String,
    },
}

/// The side that made a step fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// The server did not reach the precondition.
    Server,
    /// The world failed.
    World,
    /// The run was interrupted before the plan ended.
    Interrupted,
}

/// The cause of the end of a connection or of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// The server closed in order.
    Fin,
    /// The server or its kernel reset the connection. Over HTTP/2: at least the request's stream.
    Reset,
    /// The client closed, as its script says.
    Client,
    /// The server refused the request before starting it: HTTP/2's `GOAWAY` with a lower last
    /// stream, or `REFUSED_STREAM`. The connection may continue.
    Refused,
    /// The response was not HTTP, or its head was too long.
    Malformed,
    /// The response announced or sent a body of more than [`LONGEST_BODY`](super::LONGEST_BODY)
    /// bytes, so the client gave up. The contract allows no such answer, so checks judge the
    /// answer as incomplete.
    TooLong,
    /// The server had sent nothing when the world ended the run.
    Silence,
}

/// The reason why a connection could not be established.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectError {
    /// Nothing listens on the port.
    Refused,
    /// The server reset the connection during the handshake.
    Reset,
    /// Nothing happened within the contract's `answer_ms`.
    TimedOut,
    /// Another error, on the client's side.
    Other,
}

/// A sign of shutdown that is visible from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    /// Nothing listens on the port any more.
    ListenerGone,
    /// A request was answered 503.
    Unavailable,
    /// The server closed a connection that had nothing in flight.
    ConnectionClosed,
    /// The server's process ended.
    Exited,
}

/// A change of a database session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Session {
    /// The server connected.
    Opened,
    /// The connection only cancels another session's statement. Checks do not count the
    /// connection as a session.
    Cancelling,
    /// The server sent a statement.
    Working,
    /// The database is ready for the next statement.
    Idle,
    /// The server sent `Terminate`, as the protocol says.
    Terminate,
    /// The server closed its side.
    Fin,
    /// The server reset the connection.
    Reset,
    /// The database closed its side.
    ServerClosed,
    /// The world withholds an acknowledgement.
    Withheld,
}
