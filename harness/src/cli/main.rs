use std::panic::AssertUnwindSafe;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::Parser as _;

use super::args::{Arguments, Command};
use super::{check, clean, doctor, exit, list, print, run};

/// How long tasks may take to end when all is said. Nothing of a run is left by then; what may
/// hang is a thread that waits for somebody else's lock.
const LEFTOVER_TASKS: Duration = Duration::from_secs(2);

/// How long a guard may take to put away what a run could not: a container is removed in less.
const GUARDS: Duration = Duration::from_secs(15);

/// The program `lastorders`, from its arguments to its exit code (see [`exit`]).
#[must_use]
pub fn main() -> ExitCode {
    report_panics();
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let code = u8::try_from(error.exit_code()).unwrap_or(exit::USAGE);
            // Where help cannot be printed there is nothing else to say.
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    // The hook has told of a panic by then, and everything that ran has been dropped.
    let code = std::panic::catch_unwind(AssertUnwindSafe(|| carry_out(&arguments.command)));
    ExitCode::from(outranked_by_fault(code.unwrap_or(exit::OUR_FAULT)))
}

fn carry_out(command: &Command) -> u8 {
    let done = match command {
        Command::List(args) => list::list(args),
        Command::Explain { id } => list::explain(id),
        Command::Check(args) => check::check(args),
        Command::Run(args) => {
            let code = in_runtime(run::run(args));
            hidden();
            code
        }
        Command::Doctor => in_runtime(doctor::doctor()),
        Command::Clean(args) => in_runtime(clean::clean(args)),
    };
    done.unwrap_or_else(|code| code)
}

/// All of ours has gone by now, but for guards that still put something away; whoever is left then
/// was hidden by the server.
fn hidden() {
    crate::guard::finish(GUARDS);
    match crate::world::kill_orphans() {
        0 => {}
        n => print::note(&format!("killed {n} process(es) that the server had hidden from us")),
    }
}

fn in_runtime(work: impl Future<Output = Result<u8, u8>>) -> Result<u8, u8> {
    // Two workers at least: the actors of a plan and what watches them must not wait for one
    // another even on a machine with one processor.
    let workers = std::thread::available_parallelism().map_or(2, |n| n.get().max(2));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers)
        .enable_all()
        .build()
        .map_err(|error| {
            print::failure(&format!("no runtime could be made: {error}"));
            exit::ENVIRONMENT
        })?;
    let done = runtime.block_on(work);
    runtime.shutdown_timeout(LEFTOVER_TASKS);
    done
}

/// Whether anything of ours has panicked, in whatever thread.
static PANICKED: AtomicBool = AtomicBool::new(false);

/// Has every panic told as a fault of ours, without a backtrace.
fn report_panics() {
    std::panic::set_hook(Box::new(|panic| {
        PANICKED.store(true, Ordering::SeqCst);
        let what = panic.payload_as_str().unwrap_or("it gave no reason");
        let place = panic.location().map(|at| format!(" ({}:{})", at.file(), at.line()));
        let place = place.unwrap_or_default();
        print::failure(&format!(
            "this is a fault of lastorders, not of the server: {what}{place}; what was judged in \
             this run must not be believed"
        ));
    }));
}

/// Our own fault outranks every other code.
fn outranked_by_fault(code: u8) -> u8 {
    if PANICKED.load(Ordering::SeqCst) { exit::OUR_FAULT } else { code }
}
