use std::fmt;
use std::time::Duration;

use clap::{Parser, ValueEnum};

/// Start, load, SIGTERM, exit, again and again, until the time is over: no request may be lost, no
/// exit code be other than 0, no descriptor, task or memory leak.
///
/// Two kinds of cycles run side by side: a server process each time, and one process that serves
/// and drains again and again.
///
/// Exit codes: 0 clean; 1 something was lost or leaked; 70 a cycle could not be carried out; 75 the
/// environment lacks something; 130 interrupted.
#[derive(Clone, Debug, Parser)]
#[command(name = "soak", bin_name = "cargo ci soak")]
pub(super) struct Settings {
    /// For how long.
    #[arg(long = "for", default_value = "30m", value_parser = humantime::parse_duration)]
    pub(super) length: Duration,
    /// Only cycles of this kind.
    #[arg(long, value_enum)]
    pub(super) only: Option<Sort>,
    /// What the cycles are drawn from; by default another one each time.
    #[arg(long)]
    pub(super) seed: Option<u64>,
    /// The number of the first cycle.
    #[arg(long, default_value_t = 0)]
    pub(super) from: u64,
    /// No more cycles than this, of each kind.
    #[arg(long)]
    pub(super) cycles: Option<u64>,
    /// The process that this one must not outlive.
    #[arg(long, hide = true)]
    pub(super) parent: Option<i32>,
}

/// A kind of cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Sort {
    /// A server process each time.
    Processes,
    /// One process, which serves and drains each time.
    Drains,
}

impl Sort {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Processes => "processes",
            Self::Drains => "drains",
        }
    }
}

impl fmt::Display for Sort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
