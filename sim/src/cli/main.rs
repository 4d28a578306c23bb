use std::any::Any;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};

use clap::Parser as _;
use lastorders_model::exit;

use super::args::{Arguments, Command};
use super::{audit, blame, bugs, export, merge, parity, print, replay, shrink, sweep};

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
    report_panics();
    let done = std::panic::catch_unwind(|| carry_out(&arguments.command));
    ExitCode::from(done.unwrap_or_else(|payload| {
        report_panic(&*payload);
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

/// The most reported panics. A fault of the simulator can show in every seed.
const REPORTED_PANICS: usize = 3;

/// Number of panics so far.
static PANICS: AtomicUsize = AtomicUsize::new(0);

/// Reports the simulator's own panics in one line each. The engine records panics of the server
/// under test, and calls this hook only for others.
fn report_panics() {
    std::panic::set_hook(Box::new(|panic| {
        if PANICS.fetch_add(1, Ordering::Relaxed) >= REPORTED_PANICS {
            return;
        }
        let what = panic.payload_as_str().unwrap_or("no message");
        let place = panic.location().map(|at| format!(" ({}:{})", at.file(), at.line()));
        let place = place.unwrap_or_default();
        print::failure(&format!(
            "this is a fault of the simulator, not of the server: {what}{place}"
        ));
    }));
}

/// Reports a panic that has ended a command, unless the hook has. The engine records a panic within
/// a run as the server's.
fn report_panic(payload: &(dyn Any + Send)) {
    if PANICS.load(Ordering::Relaxed) == 0 {
        let words = payload.downcast_ref::<String>().map(String::as_str);
        let words = words.or_else(|| payload.downcast_ref::<&str>().copied());
        let what = words.unwrap_or("no message");
        print::failure(&format!("this is a fault of the simulator, not of the server: {what}"));
    }
}
