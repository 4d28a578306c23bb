use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

use crate::bench::error::Error;
use crate::bench::figure::{Figure, Plan};
use crate::bench::machine;
use crate::bench::table::{Row, Unit, markdown, text};
use crate::clock::{now, today};
use crate::console::{FAILED, UNAVAILABLE, print_status};

/// Measures lastorders beside its peers, and prints a table. All servers run on this machine, in
/// turns, in one run. A figure counts only if every answer was right.
///
/// Exits with 0, with 1 if a server answered or ended incorrectly, or with 75 if this machine lacks
/// a requirement of a figure.
#[derive(Debug, Parser)]
#[command(name = "bench")]
struct Options {
    /// Measure only these figures.
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Figure>,
    /// Measure a little of everything, as a test of the program: the figures mean nothing.
    #[arg(long)]
    quick: bool,
    /// Print the table for a README, with the date and the class of this machine.
    #[arg(long)]
    markdown: bool,
}

/// The program `bench`.
#[must_use]
pub fn main() -> ExitCode {
    let options = Options::parse();
    let plan = if options.quick { Plan::quick() } else { Plan::full() };
    let began = now();
    let mut rows = Vec::new();
    let mut failures = Vec::new();
    for figure in Figure::ALL {
        if !options.only.is_empty() && !options.only.contains(&figure) {
            continue;
        }
        match figure.measure(&plan) {
            Ok(measured) => rows.extend(measured),
            Err(error) => {
                let mut row = Row::new(figure.name(), Unit::Count);
                row.set_note(format!("NOT MEASURED: {}: {error}", figure.name()));
                rows.push(row);
                failures.push(error);
            }
        }
    }
    let machine = machine::describe();
    let table = if options.markdown {
        markdown(&rows, &today(), &machine)
    } else {
        format!("{} · {machine}\n\n{}", today(), text(&rows))
    };
    // Ignore the error: the reader of the output may be gone.
    let _ = io::stdout().write_all(table.as_bytes());
    print_status(format_args!("took {:.0?}", began.elapsed()));
    exit_code(&failures)
}

fn exit_code(failures: &[Error]) -> ExitCode {
    if failures.is_empty() {
        ExitCode::SUCCESS
    } else if failures.iter().all(|error| matches!(error, Error::Missing(_))) {
        ExitCode::from(UNAVAILABLE)
    } else {
        ExitCode::from(FAILED)
    }
}
