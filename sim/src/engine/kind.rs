use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

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
