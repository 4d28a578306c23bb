//! `cargo ci`: what decides whether a change lands. The workflow files only call it.
//!
//! * `step`: one command, timed, its output passed through
//! * `steps`: which there are

mod step;
mod steps;

use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};

/// What decides whether a change lands. Without a name, every usual step in order.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo ci", after_help = steps::help())]
struct Arguments {
    /// The steps to take, in this order.
    #[arg(value_parser = steps::names())]
    steps: Vec<String>,
    /// How long `soak` goes on, as 120s or 30m. By default two minutes among the usual steps, and
    /// as long as the program thinks right when it is named.
    #[arg(long = "for", value_name = "TIME")]
    length: Option<String>,
    /// What the only step named is given besides its own arguments.
    #[arg(last = true)]
    rest: Vec<String>,
}

fn main() -> ExitCode {
    let Arguments { steps, length, rest } = Arguments::parse();
    if !rest.is_empty() && steps.len() != 1 {
        let text = "arguments after -- are for one step: name it, and no other";
        Arguments::command().error(ErrorKind::ArgumentConflict, text).exit();
    }
    if length.is_some() && !steps.is_empty() && !steps::any_is_timed(&steps) {
        let text = "none of these steps takes any length: --for is for soak";
        Arguments::command().error(ErrorKind::ArgumentConflict, text).exit();
    }
    steps::run(&steps, length.as_deref(), &rest)
}
