use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::request::{Part, Request};

/// One step of an actor's script.
///
/// | role | steps |
/// |---|---|
/// | any | `Mark`, `Await`, `At`, `Repeat` |
/// | client | `Connect`, `Send`, `Receive`, `ReadSlowly`, `ExpectClose`, `Close` |
/// | HTTP/2 client | `Connect`, `Send` (whole), `Receive`, `ExpectClose`, `Close` with FIN or RST |
/// | pooled client | `Send` of a whole request, `Receive` |
/// | operator | `Signal`, `AwaitDraining`, `Freeze`, `Thaw`, `AwaitExit` |
/// | store | `Hold`, `AwaitHeld`, `LetGo`, `Fault` |
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Step {
    /// Sets a mark. A mark counts how often it has been set.
    Mark {
        /// The mark.
        label: String,
    },
    /// Waits until a mark has been set so many times.
    Await {
        /// The mark.
        label: String,
        /// How many times; more will do.
        #[serde(default = "once")]
        times: u64,
    },
    /// Waits until so many microseconds after the server was ready. For load that must last, and
    /// for races, which live below a millisecond; never for order. The real world's timers are
    /// coarser: there it is the next millisecond.
    At {
        /// Microseconds since the server was ready.
        us: u64,
    },
    /// Does these steps again and again.
    Repeat {
        /// When to stop; looked at before each round.
        until: Until,
        /// One round.
        steps: Vec<Self>,
    },

    /// Opens a connection; one that this client still had is closed first.
    Connect,
    /// Sends (a part of) a request on the open connection.
    Send {
        /// The request. Parts of one request are sent by several steps with an equal request.
        request: Request,
        /// How much of it.
        #[serde(default)]
        part: Part,
    },
    /// Waits for the whole response to the oldest unanswered request of this connection, or for
    /// the connection's end; does nothing where no response is owed. The world ends every wait
    /// when the run ends.
    Receive,
    /// Like `Receive`, but takes so many bytes at a time, so many milliseconds apart.
    ReadSlowly {
        /// Bytes a read.
        bytes: u32,
        /// Milliseconds between reads.
        every_ms: u64,
    },
    /// Waits until the server closes the connection, with FIN or reset, whatever it carries by
    /// then.
    ExpectClose,
    /// Closes the connection.
    Close {
        /// How.
        how: Closing,
    },

    /// Sends a signal.
    Signal {
        /// Which.
        signal: Signal,
        /// To whom.
        target: Target,
    },
    /// Waits for the first sign of shutdown that can be seen from outside, at most the contract's
    /// `visible_ms`; then goes on either way.
    AwaitDraining,
    /// Stops every thread of the server.
    Freeze,
    /// Lets a stopped server run again.
    Thaw,
    /// Waits until the server has exited, at most the grace; then the world kills what is left.
    AwaitExit,

    /// Closes a gate in the store.
    Hold {
        /// Which.
        gate: Gate,
    },
    /// Waits until so many requests are proved to wait at the gate that this actor closed last; or
    /// fewer, when a pool lets no more through. None at all: the precondition was not reached.
    AwaitHeld {
        /// How many.
        n: u32,
    },
    /// Opens the gate that this actor closed last.
    LetGo {
        /// For all, or for one.
        what: LetGo,
    },
    /// Breaks the store.
    Fault {
        /// How.
        fault: Fault,
    },
}

fn once() -> u64 {
    1
}

/// When a `Repeat` stops.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Until {
    /// After so many rounds.
    Times(u64),
    /// When the mark has been set, or the server has exited.
    Mark(String),
    /// When the server has exited, or a connection of this actor was refused.
    Gone,
}

/// How a client closes its connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Closing {
    /// In order: FIN.
    Fin,
    /// At once: RST.
    Reset,
    /// Only the client's side: FIN, and the client goes on receiving. It sends no more.
    Half,
}

/// A signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// SIGTERM.
    Term,
    /// SIGINT.
    Int,
}

/// Who gets a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// The process that was started, alone.
    Leader,
    /// Its whole process group.
    Group,
}

/// A place in the store where work can be stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Gate {
    /// Inserts into `jobs` wait; reads pass.
    Row,
    /// The insert is done and committed, and its acknowledgement is withheld.
    Acknowledgement,
}

/// What passes when a gate opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LetGo {
    /// The gate stays open, for those that wait and those to come.
    All,
    /// One of those that wait; the gate stays closed. The row gate cannot do it.
    One,
}

/// A way in which the store breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Every open session is reset.
    Reset,
    /// Sessions stay open, and nothing is answered or closed any more.
    BlackHole,
    /// New sessions are refused.
    Refuse,
}
