//! `cargo ci`: the steps that a change must pass to land. The workflow files only call this
//! program.
//!
//! * `step`: runs one command, and measures its time
//! * `steps`: the table of steps, and their order

mod step;
mod steps;

use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};

/// The steps that a change must pass to land. Without a name, runs every usual step in order.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo ci", after_help = steps::help())]
struct Arguments {
    /// The steps to run, in this order.
    #[arg(value_parser = steps::names())]
    steps: Vec<String>,
    /// How long `soak` runs, as 120s or 30m. The default is two minutes among the usual steps, and
    /// the program's own default when `soak` is named.
    #[arg(long = "for", value_name = "TIME")]
    length: Option<String>,
    /// Further arguments for the only named step.
    #[arg(last = true)]
    rest: Vec<String>,
}

fn main() -> ExitCode {
    let Arguments { steps, length, rest } = Arguments::parse();
    if !rest.is_empty() && steps.len() != 1 {
        let text = "arguments after -- are for one step: name exactly one step";
        Arguments::command().error(ErrorKind::ArgumentConflict, text).exit();
    }
    if length.is_some() && !steps.is_empty() && !steps::any_is_timed(&steps) {
        let text = "--for sets the time of soak, but soak is not named: name soak, or drop --for";
        Arguments::command().error(ErrorKind::ArgumentConflict, text).exit();
    }
    steps::run(&steps, length.as_deref(), &rest)
}
