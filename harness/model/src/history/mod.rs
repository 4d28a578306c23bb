//! Histories: the append-only record of the observations of one run.
//!
//! A world records and never judges; a check judges and never observes. A stored history is a file
//! of JSON lines: the first line is a [`Header`] with the plan, each other line one [`Event`].
//!
//! * `answer`: a whole response, and how much of its body is kept
//! * `connection`: a view, each connection with its end
//! * `event`: an observation, by its kind
//! * `exchange`: a view, each request with its outcome
//! * `extension`: events that one world defines for itself
//! * `file`: the JSON lines
//! * `moments`: a view, the moments that checks need

mod answer;
mod connection;
mod event;
mod exchange;
mod extension;
mod file;
mod moments;

pub use self::answer::{Answer, KEPT_BODY, LONGEST_BODY, NoJson};
pub use self::connection::Connection;
pub use self::event::{ConnectError, End, Event, EventKind, RequestId, Session, Sign, Trouble};
pub use self::exchange::{Exchange, Outcome};
pub use self::extension::{Extension, Tone, Words, WorldEvent};
pub use self::file::{FormatError, HISTORY_VERSION, Header, read, write};
pub use self::moments::Moments;

/// All observations of one run, in order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct History {
    /// The events, oldest first; their times never fall.
    pub events: Vec<Event>,
}
