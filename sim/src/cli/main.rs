use std::process::ExitCode;

use clap::Parser as _;
use lastorders_model::exit;

use super::args::{Arguments, Command};
use super::{audit, blame, bugs, export, fault, merge, parity, replay, shrink, sweep};

/// The program `lastorders-sim`, from its arguments to its exit code (see
/// [`exit`](lastorders_model::exit)).
#[must_use]
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let code = u8::try_from(error.exit_code()).unwrap_or(exit::USAGE);
            // If the help cannot be printed, nothing else can be.
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    fault::install();
    let done = std::panic::catch_unwind(|| carry_out(&arguments.command));
    ExitCode::from(done.unwrap_or_else(|payload| {
        fault::report(&*payload);
        exit::OUR_FAULT
    }))
}

fn carry_out(command: &Command) -> u8 {
    let done = match command {
        Command::Sweep(args) => sweep::sweep(args),
        Command::Replay(args) => replay::replay(args),
        Command::Audit(args) => audit::audit(args),
        Command::Trace(args) => audit::trace(args),
        Command::Shrink(args) => shrink::shrink(args),
        Command::Export(args) => export::export(args),
        Command::Blame(args) => blame::blame(args),
        Command::Parity => parity::parity(),
        Command::Bugs(args) => bugs::bugs(args),
        Command::Merge(args) => merge::merge(args),
    };
    done.unwrap_or_else(|code| code)
}
