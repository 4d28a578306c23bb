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
    /// The handle of the code inside the simulation.
    type Net: Net;

    /// Builds the runtime and the network, and runs until the world's future ends.
    ///
    /// The engine then drops unfinished tasks and all sockets, in any order. A caller that records
    /// drops ends its recording first. Runs cannot be nested.
    ///
    /// The world's future runs on the calling thread and belongs to no host. The tasks that it
    /// spawns are polled in turn with it.
    fn run<T, F, W>(setup: &Setup, world: W) -> Ended<T>
    where
        T: 'static,
        F: Future<Output = T> + 'static,
        W: FnOnce(Self::Net) -> F + 'static;
}

/// One of the two engines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EngineKind {
    /// Runs on turmoil-net, with a clock that jumps from event to event.
    #[default]
    Event,
    /// Runs on turmoil, for a second opinion.
    Turmoil,
}

impl EngineKind {
    /// Both engines, the default first.
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

/// The name belongs to no engine.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no engine is called {0:?}; there are: event turmoil")]
pub struct UnknownEngine(String);

/// The end of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended<T> {
    /// The world's future ended with this value.
    Done(T),
    /// The world had not ended, but every task was idle, no packet was in flight and no timer was
    /// set. Nothing could happen any more.
    Stuck,
    /// The run had more events than [`Setup::max_events`](super::Setup::max_events).
    Livelock,
    /// The virtual time reached [`Setup::max_time`](super::Setup::max_time).
    Overtime,
    /// Something panicked, caught or not: `message at file:line`.
    Panicked(String),
    /// The world asked for something that this engine cannot do: the request and the reason.
    Unsupported(String),
}

impl<T> Ended<T> {
    /// The value of the world's future, if the future ended.
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

    /// Replaces the value and keeps the kind of end.
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
