use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Net, Setup};

/// A simulated network and clock.
pub trait Engine: Sized + 'static {
    /// `event` or `turmoil`.
    const NAME: &'static str;
    /// Whether the [`tap`](super::tap) sees this engine's packets.
    const TAPS: bool;
    /// What the code inside of the simulation holds.
    type Net: Net;

    /// Builds the runtime and the network, and runs to the end of the world's future. What was
    /// spawned and is not done then is dropped, in any order, and so is every socket: who records
    /// what is dropped ends the recording before. Runs cannot be nested.
    ///
    /// The world's future runs on the calling thread and belongs to no host; whatever it spawns
    /// is polled in turn with it.
    fn run<T, F, W>(setup: &Setup, world: W) -> Ended<T>
    where
        T: 'static,
        F: Future<Output = T> + 'static,
        W: FnOnce(Self::Net) -> F + 'static;
}

/// Which engine.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EngineKind {
    /// Over turmoil-net, with a clock that jumps from event to event.
    #[default]
    Event,
    /// turmoil, for a second opinion.
    Turmoil,
}

impl EngineKind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Event, Self::Turmoil];
}

impl fmt::Display for EngineKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Event => "event",
            Self::Turmoil => "turmoil",
        })
    }
}

impl FromStr for EngineKind {
    type Err = UnknownEngine;

    fn from_str(name: &str) -> Result<Self, UnknownEngine> {
        let known = Self::ALL.into_iter().find(|kind| kind.to_string() == name);
        known.ok_or_else(|| UnknownEngine(name.to_owned()))
    }
}

/// No engine is called so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no engine is called {0:?}; there are: event turmoil")]
pub struct UnknownEngine(String);

/// How a run came to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended<T> {
    /// The world's future ended, with this.
    Done(T),
    /// The world was not done, every task was idle, no packet was under way and no timer was set:
    /// nothing could ever have happened again.
    Stuck,
    /// More events than [`Setup::max_events`](super::Setup::max_events).
    Livelock,
    /// The virtual time reached [`Setup::max_time`](super::Setup::max_time).
    Overtime,
    /// Something panicked, be it caught or not: its message and its place, `message at file:line`.
    Panicked(String),
    /// The world asked for something that this engine cannot do: what, and why.
    Unsupported(String),
}

impl<T> Ended<T> {
    /// What the world's future gave, if it ended.
    pub fn done(self) -> Option<T> {
        match self {
            Self::Done(value) => Some(value),
            Self::Stuck
            | Self::Livelock
            | Self::Overtime
            | Self::Panicked(_)
            | Self::Unsupported(_) => None,
        }
    }

    /// The same end with another value.
    pub fn map<U>(self, with: impl FnOnce(T) -> U) -> Ended<U> {
        match self {
            Self::Done(value) => Ended::Done(with(value)),
            Self::Stuck => Ended::Stuck,
            Self::Livelock => Ended::Livelock,
            Self::Overtime => Ended::Overtime,
            Self::Panicked(message) => Ended::Panicked(message),
            Self::Unsupported(what) => Ended::Unsupported(what),
        }
    }
}
