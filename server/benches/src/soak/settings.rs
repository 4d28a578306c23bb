use std::fmt;
use std::time::Duration;

use clap::{Parser, ValueEnum};

/// Repeats start, load, SIGTERM, exit, until the time is over. No request may be lost, every exit
/// code must be 0, and no descriptor, task or memory may leak.
///
/// Two kinds of cycles run side by side: a new server process each time, and one process that
/// serves and drains again and again.
///
/// Exit codes: 0 clean; 1 a request was lost, or something leaked; 70 a cycle could not run; 75 the
/// environment lacks a requirement; 130 interrupted.
#[derive(Clone, Debug, Parser)]
#[command(name = "soak", bin_name = "cargo ci soak")]
pub(super) struct Settings {
    /// The time to run.
    #[arg(long = "for", default_value = "30m", value_parser = humantime::parse_duration)]
    pub(super) length: Duration,
    /// Only cycles of this kind.
    #[arg(long, value_enum)]
    pub(super) only: Option<CycleKind>,
    /// The seed of the cycles; by default a random one.
    #[arg(long)]
    pub(super) seed: Option<u64>,
    /// The number of the first cycle.
    #[arg(long, default_value_t = 0)]
    pub(super) from: u64,
    /// The most cycles of each kind.
    #[arg(long)]
    pub(super) cycles: Option<u64>,
    /// The process that this one must not outlive.
    #[arg(long, hide = true)]
    pub(super) parent: Option<i32>,
}

/// A kind of cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum CycleKind {
    /// A new server process each time.
    Processes,
    /// One process, which serves and drains each time.
    Drains,
}

impl CycleKind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Processes => "processes",
            Self::Drains => "drains",
        }
    }
}

impl fmt::Display for CycleKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
