use std::num::NonZero;
use std::str::FromStr;
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::engine::EngineKind;
use crate::generate::Family;
use crate::subject::{Subject, Unknown};
use crate::sweep::{Shard, Simulator};

/// The simulation.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct Selection {
    /// The server: ours, axum, hyper-util, axum-server, or bug:NAME for an injected bug.
    #[arg(long, value_name = "SUBJECT", default_value = "ours", value_parser = subject)]
    pub(super) subject: Subject,
    /// The simulated network: event, which is fast, or turmoil, for a second opinion.
    #[arg(
        long,
        value_name = "ENGINE",
        default_value = "event",
        value_parser = EngineKind::from_str
    )]
    pub(super) engine: EngineKind,
    /// The family of cases: mixed, keep-alive, queue, bodies, store, signals, http2, upgraded,
    /// balanced.
    #[arg(long, value_name = "NAME", default_value = "mixed", value_parser = Family::from_str)]
    pub(super) family: Family,
}

impl Selection {
    /// The simulation of these options.
    pub(super) const fn simulator(self) -> Simulator {
        Simulator { subject: self.subject, engine: self.engine, family: self.family }
    }
}

/// A case, and its simulation.
#[derive(Debug, Args)]
pub(super) struct CaseArgs {
    /// A seed (17, or 17+2 for the second mutant of its case), a line that begins with v2:, or a
    /// file with a case.
    #[arg(value_name = "SEED|LINE|FILE")]
    pub(super) case: String,
    #[command(flatten)]
    pub(super) what: Selection,
}

/// `--shard`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ShardChoice {
    /// The shard that the environment names.
    Auto,
    /// This shard.
    Shard(Shard),
}

/// `--format`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Each record of the trace as a line of JSON.
    Jsonl,
    /// The packets, for Wireshark.
    Pcapng,
    /// For chrome://tracing and Perfetto.
    Chrome,
    /// The report of replay as a single page.
    Html,
    /// A plan that `lastorders run --plans` runs against a real binary.
    Plan,
    /// A file for the corpus, with the current result of the case.
    Corpus,
}

impl FromStr for ShardChoice {
    type Err = crate::sweep::ShardError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "auto" { Ok(Self::Auto) } else { text.parse().map(Self::Shard) }
    }
}

/// Reads the name of a server that this build can simulate.
fn subject(name: &str) -> Result<Subject, String> {
    let subject: Subject = name.parse().map_err(|error: Unknown| error.to_string())?;
    subject.check_built_in().map_err(|error| error.to_string())?;
    Ok(subject)
}

/// The number of threads; 0 means one for each processor.
pub(super) fn jobs(given: usize) -> NonZero<usize> {
    let all = || std::thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN);
    NonZero::new(given).unwrap_or_else(all)
}

/// Reads a time longer than 0.
pub(super) fn time(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(time) if time.is_zero() => Err("the time must be longer than 0".to_owned()),
        Ok(time) => Ok(time),
        Err(error) => Err(format!("{error}; write it as 60s, 500ms or 1m30s")),
    }
}
