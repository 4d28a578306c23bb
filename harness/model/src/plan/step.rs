use schemars::JsonSchema;
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::request::{Part, Request};

/// One step of an actor's script: a step that every role has, or a step that only this role has.
///
/// | role | steps that only the role has |
/// |---|---|
/// | client, HTTP/2 client | [`ClientStep`] |
/// | pooled client | [`PooledStep`] |
/// | operator | [`OperatorStep`] |
/// | store | [`StoreStep`] |
///
/// As JSON, every step is an object whose field `do` names the step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields, remote = "Self")]
#[serde(bound(deserialize = "S: DeserializeOwned"))]
pub enum Step<S> {
    /// Sets a mark. A mark counts its settings.
    Mark {
        /// The mark.
        label: String,
    },
    /// Waits until a mark has been set `times` times.
    Await {
        /// The mark.
        label: String,
        /// The least number of times.
        #[serde(default = "once")]
        times: u64,
    },
    /// Waits until a time after the server was ready. `At` is for load that must last, and for
    /// races, which need times of less than a millisecond. Never use `At` for order. The real
    /// world's timers round up to the next millisecond.
    At {
        /// Microseconds since the server was ready.
        us: u64,
    },
    /// Runs these steps in a loop.
    Repeat {
        /// The condition that ends the loop. The actor tests it before each round.
        until: Until,
        /// One round.
        steps: Vec<Self>,
    },
    /// A step that only this role has.
    // The implementations of `Serialize` and `Deserialize` below handle this variant.
    #[serde(skip)]
    Own(S),
}

/// The steps of one actor, in their order.
pub type Script<S> = Vec<Step<S>>;

/// A step of a client with a connection of its own. HTTP/2 has no `ReadSlowly`, no parts of a
/// request, no upgrade and no half close: [`check::validate`](crate::check::validate).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum ClientStep {
    /// Opens a connection. Closes the client's earlier connection first, if it is still open.
    Connect,
    /// Sends a request, or a part of it, on the open connection.
    Send {
        /// The request. Several steps with an equal request send its parts.
        request: Request,
        /// The part of the request to send.
        #[serde(default)]
        part: Part,
    },
    /// Waits for the whole response to the oldest unanswered request of this connection, or for
    /// the connection's end. Does nothing if every request has its response. The world ends every
    /// wait when the run ends.
    Receive,
    /// Like `Receive`, but reads in small pieces.
    ReadSlowly {
        /// The most bytes of each read.
        bytes: u32,
        /// Milliseconds between reads.
        every_ms: u64,
    },
    /// Waits until the server closes the connection, with FIN or reset. Discards all bytes that
    /// arrive before that.
    ExpectClose,
    /// Closes the connection.
    Close {
        /// With FIN, with RST, or in one direction only.
        how: Closing,
    },
}

/// A step of a worker of a pooled client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum PooledStep {
    /// Hands a whole request to the library.
    Send {
        /// The request.
        request: Request,
    },
    /// Waits for the response to the last request.
    Receive,
}

/// A step of the operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum OperatorStep {
    /// Sends a signal.
    Signal {
        /// SIGTERM or SIGINT.
        signal: Signal,
        /// The process, or its group.
        target: Target,
    },
    /// Waits for the first sign of shutdown that clients can see, at most the contract's
    /// `visible_ms`. Then the script continues, with or without a sign.
    AwaitDraining,
    /// Stops every thread of the server.
    Freeze,
    /// Lets a stopped server run again.
    Thaw,
    /// Waits until the server has exited. The world kills the server when the grace is over.
    AwaitExit,
}

/// A step of the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum StoreStep {
    /// Closes a gate in the store.
    Hold {
        /// The gate.
        gate: Gate,
    },
    /// Waits until `n` requests are proved to wait at the gate that this actor closed last. Fewer
    /// suffice when the server's pool is full. If no request waits, the precondition was not
    /// reached.
    AwaitHeld {
        /// The number of requests.
        n: u32,
    },
    /// Opens the gate that this actor closed last.
    LetGo {
        /// All waiting requests, or one.
        what: LetGo,
    },
    /// Breaks the store.
    Fault {
        /// The kind of failure.
        fault: Fault,
    },
}

impl ClientStep {
    /// The request that this step sends, wholly or in part.
    #[must_use]
    pub fn request(&self) -> Option<&Request> {
        match self {
            Self::Send { request, .. } => Some(request),
            Self::Connect
            | Self::Receive
            | Self::ReadSlowly { .. }
            | Self::ExpectClose
            | Self::Close { .. } => None,
        }
    }
}

impl PooledStep {
    /// The request that this step sends.
    #[must_use]
    pub fn request(&self) -> Option<&Request> {
        match self {
            Self::Send { request } => Some(request),
            Self::Receive => None,
        }
    }
}

fn once() -> u64 {
    1
}

/// The words of the shared steps in the field `do`.
const SHARED: [&str; 4] = ["mark", "await", "at", "repeat"];

impl<S: Serialize> Serialize for Step<S> {
    fn serialize<T: Serializer>(&self, serializer: T) -> Result<T::Ok, T::Error> {
        match self {
            Self::Own(step) => step.serialize(serializer),
            shared => Self::serialize(shared, serializer),
        }
    }
}

/// Chooses by the field `do`, so that an error is about the named step. A derived implementation
/// tries every form, and reports each mistake as "no form matches".
impl<'de, S: DeserializeOwned> Deserialize<'de> for Step<S> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let shared = value["do"].as_str().is_some_and(|word| SHARED.contains(&word));
        let step = if shared {
            Self::deserialize(value)
        } else {
            serde_json::from_value(value).map(Self::Own)
        };
        step.map_err(D::Error::custom)
    }
}

/// When a `Repeat` stops.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Until {
    /// After this number of rounds.
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
    /// With FIN.
    Fin,
    /// With RST.
    Reset,
    /// Only the client's side, with FIN. The client sends no more, and continues to receive.
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

/// The receiver of a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// Only the process that the world started.
    Leader,
    /// The whole process group of the server.
    Group,
}

/// A place in the store where work can be stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Gate {
    /// Inserts into `jobs` wait; reads pass.
    Row,
    /// Inserts are committed, and the store withholds their acknowledgements.
    Acknowledgement,
}

/// The requests that pass when a gate opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LetGo {
    /// All waiting and later requests: the gate stays open.
    All,
    /// One waiting request: the gate stays closed. The row gate cannot do this.
    One,
}

/// A way in which the store breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Every open session is reset.
    Reset,
    /// Sessions stay open. The store neither answers them nor closes them.
    BlackHole,
    /// New sessions are refused.
    Refuse,
}

#[cfg(test)]
mod tests {
    use super::super::{Actor, Role};

    fn read(text: &str) -> Result<Actor, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    fn of_role(role: &str, steps: &str) -> Result<Actor, String> {
        read(&format!(r#"{{"name":"a","role":{{"is":"{role}","steps":[{steps}]}}}}"#))
    }

    #[test]
    fn a_step_of_another_role_or_with_a_wrong_field_is_refused_by_its_name() {
        let signal = r#"{"do":"signal","signal":"term","target":"leader"}"#;
        assert!(matches!(of_role("operator", signal).unwrap().role, Role::Operator { .. }));
        let rows = [
            (of_role("client", signal), "unknown variant `signal`, expected one of `connect`"),
            (of_role("store", r#"{"do":"receive"}"#), "unknown variant `receive`"),
            (of_role("operator", r#"{"do":"hold","gate":"row"}"#), "unknown variant `hold`"),
            (of_role("client", r#"{"do":"mark","lable":"x"}"#), "unknown field `lable`"),
            (of_role("client", r#"{"do":"at"}"#), "missing field `us`"),
            (of_role("client", r#"{}"#), "missing field `do`"),
            (of_role("client", r#"3"#), "invalid type"),
            (of_role("pooled_client", ""), "missing field `workers`"),
            (
                of_role("client", r#"{"do":"repeat","until":"gone","steps":[{"do":"thaw"}]}"#),
                "unknown variant `thaw`",
            ),
        ];
        for (read, expected) in rows {
            let error = read.expect_err(expected);
            assert!(error.contains(expected), "{error}");
        }
    }
}
