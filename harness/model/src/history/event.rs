use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Answer, Extension};
use crate::plan::{Fault, Gate, Intent, LetGo, Signal, Target};

/// One observation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// When: microseconds since the world began to start the server.
    pub at_us: u64,
    /// Which actor of the plan observed it, or `server`, `store`, `world`.
    pub actor: String,
    /// What was observed.
    #[serde(flatten)]
    pub what: EventKind,
}

/// Which request an event is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RequestId {
    /// `actor#n`, the n-th request of that actor, from 1; unique in a run.
    pub id: String,
    /// The name in its body, if it is one that makes a row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// What can be observed.
///
/// Connections are named `actor@n`, the n-th connection of that actor, from 1. A pooled client's
/// requests stand on the connection `actor@pool`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum EventKind {
    /// The process was started.
    Started {
        /// Its id.
        pid: u32,
        /// The port that it was told to listen on.
        port: u16,
    },
    /// The server listens, and `/health` answered 200 for the first time.
    Ready,
    /// The server could not be brought to answer; the run ends here.
    NotReady {
        /// What was tried and what happened.
        why: String,
    },
    /// A mark was set.
    Marked {
        /// The mark.
        label: String,
    },
    /// A step could not be carried out as its scenario needs it. The run proves nothing.
    Unreached {
        /// What was waited for.
        step: String,
        /// What happened in its place.
        why: String,
        /// Whose part it was.
        trouble: Trouble,
    },

    /// A connection is established (which the kernel does, before the server accepts it).
    Connected {
        /// The connection.
        conn: String,
        /// When it was begun, in microseconds.
        began_us: u64,
    },
    /// A connection could not be established.
    NotConnected {
        /// The connection.
        conn: String,
        /// Why.
        error: ConnectError,
    },
    /// Bytes of a request were given to the kernel: all of them, at the time of this event.
    Sent {
        /// When that was begun, in microseconds: no byte went before.
        began_us: u64,
        /// On which connection.
        conn: String,
        /// Of which request.
        request: RequestId,
        /// What it is for.
        intent: Intent,
        /// Method and path, for people.
        line: String,
        /// How many bytes.
        bytes: u64,
        /// Whether the request's first byte is among them.
        first: bool,
        /// Whether the request's last byte is among them.
        last: bool,
    },
    /// The kernel refused a request's bytes: the connection is gone. What became of the request
    /// stands in the `Ended` that follows. A pooled client's comes after its `Sent` and is the
    /// last of it: its library found no connection for it.
    NotSent {
        /// On which connection.
        conn: String,
        /// Of which request.
        request: RequestId,
        /// What it is for.
        intent: Intent,
        /// The error, for people.
        error: String,
    },
    /// A response came, whole.
    Answered {
        /// On which connection.
        conn: String,
        /// To which request.
        request: RequestId,
        /// The response.
        answer: Answer,
    },
    /// A request's connection ended, or the wait for its response, before the response was whole.
    Ended {
        /// On which connection.
        conn: String,
        /// Which request.
        request: RequestId,
        /// What ended it.
        by: End,
        /// How many bytes of a response had come: 0 is "closed without a byte".
        got: u64,
        /// The status, if that much had come.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
    },
    /// A client closed its side of a connection, and goes on receiving.
    HalfClosed {
        /// The connection.
        conn: String,
    },
    /// A connection ended with no request of it unanswered.
    Closed {
        /// The connection.
        conn: String,
        /// What ended it.
        by: End,
    },

    /// What was in kernel buffers in the instant before a signal: requests whose bytes the server
    /// had not read, and connections that it had not accepted.
    Snapshot {
        /// When it was begun, in microseconds: it says nothing of requests that were sent later.
        as_of_us: u64,
        /// Connections with bytes that the server's process had not read.
        unread: BTreeSet<String>,
        /// Connections that waited in the accept queue.
        unaccepted: BTreeSet<String>,
    },
    /// A signal was sent.
    Signalled {
        /// Which.
        signal: Signal,
        /// To whom.
        target: Target,
    },
    /// The first sign of shutdown that could be seen from outside.
    Visible {
        /// What it was.
        sign: Sign,
    },
    /// No sign of shutdown within the contract's `visible_ms`.
    NotVisible,
    /// The port is no longer listened on.
    ListenerGone,
    /// Every thread of the server stands still.
    Frozen,
    /// The server runs again.
    Thawed,
    /// The process that was started has ended.
    Exited {
        /// Its status, if it exited.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<i32>,
        /// The signal that ended it, if one did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        signal: Option<i32>,
    },
    /// The grace was over, or the run could not go on; the world killed what was left. Recorded
    /// before it is done: what ends because of it stands after it.
    Killed {
        /// Why.
        why: String,
    },
    /// What was left after the exit and before the world cleaned up.
    Residue {
        /// Processes that the server had started, as `pid name`.
        processes: Vec<String>,
        /// Whether anything still listened on the port.
        listening: bool,
    },

    /// A gate is closed.
    Holding {
        /// Which.
        gate: Gate,
    },
    /// Requests are proved to wait at the gate.
    Held {
        /// Which.
        gate: Gate,
        /// How many.
        n: u32,
        /// How many were wanted; fewer is legitimate where a pool is smaller.
        wanted: u32,
    },
    /// A gate opens. Recorded before it is done: nothing that it let pass stands before it.
    Opened {
        /// For all, or for one.
        what: LetGo,
    },
    /// The store was broken.
    Broken {
        /// How.
        fault: Fault,
    },
    /// Something about one of the server's database sessions.
    Session {
        /// Which, from 1.
        session: u64,
        /// What.
        what: Session,
    },
    /// The rows of `jobs`, counted when all sessions were gone and all gates open.
    Rows {
        /// How many rows bear each name.
        counts: BTreeMap<String, u32>,
        /// How many rows there were in all.
        total: u64,
        /// How many of the server's sessions were still there when the rows were counted.
        sessions_left: u32,
    },
    /// The rows could not be counted.
    NoRows {
        /// Why.
        why: String,
    },

    /// The worst delay with which the world's own timers fired, in microseconds, since the last
    /// such event. The delay says how far measured times can be trusted. The world records one such
    /// event before the first signal, and one at the end.
    Lag {
        /// Microseconds.
        worst_us: u64,
    },
    /// What the server wrote, cut to a bounded tail.
    Output {
        /// Of its standard output.
        stdout: String,
        /// Of its standard error.
        stderr: String,
    },
    /// An event that one world defines, such as what only a simulator can see. The checks of this
    /// crate ignore it.
    Extension(Extension),
    /// Something worth a line to a reader, which no check looks at.
    Note {
        /// The text.
        text: String,
    },
}

/// Who or what kept a step from its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// The server did something else than the precondition needs.
    Server,
    /// The world could not do its part.
    World,
    /// The run was interrupted before the plan ended.
    Interrupted,
}

/// What ended a connection, or the wait on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// The server closed in order.
    Fin,
    /// The server, or its kernel, reset it. Of a request over HTTP/2: its stream, at least.
    Reset,
    /// The client closed it, as its script says.
    Client,
    /// The server said that it has not begun the request and will not: HTTP/2's `GOAWAY` with a
    /// lower last stream, or `REFUSED_STREAM`. The connection may go on.
    Refused,
    /// The response was not HTTP, or had a head that was too long.
    Malformed,
    /// The response announced or sent a body of more than [`LONGEST_BODY`](super::LONGEST_BODY)
    /// bytes, and the client gave up. The contract has no such answer, so checks judge this one as
    /// incomplete.
    TooLong,
    /// The server had said nothing when the world ended the run: silence.
    Silence,
}

/// Why a connection could not be established.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectError {
    /// Nothing listens.
    Refused,
    /// Reset while it was being established.
    Reset,
    /// Nothing happened within the contract's `answer_ms`.
    TimedOut,
    /// Something else, on the client's side.
    Other,
}

/// The first sign of shutdown that can be seen from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    /// The port is no longer listened on.
    ListenerGone,
    /// A request was answered 503.
    Unavailable,
    /// The server closed a connection that had nothing in flight.
    ConnectionClosed,
    /// The process ended.
    Exited,
}

/// Something about a database session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Session {
    /// The server connected.
    Opened,
    /// The connection is there to cancel another session's statement; it is no session itself.
    Cancelling,
    /// A statement was sent.
    Working,
    /// The database is ready for the next one.
    Idle,
    /// The server ended the session as the protocol says.
    Terminate,
    /// The server closed its side.
    Fin,
    /// The server's side was reset.
    Reset,
    /// The database closed its side.
    ServerClosed,
    /// An acknowledgement is withheld.
    Withheld,
}
