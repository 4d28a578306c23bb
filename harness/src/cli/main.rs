use std::panic::AssertUnwindSafe;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::Parser as _;

use super::args::{Arguments, Command};
use super::{check, clean, doctor, exit, list, print, run};

/// The limit for tasks to end after the command. A run has cleaned up by then; only a thread that
/// waits for another process's lock can hang.
const LEFTOVER_TASKS: Duration = Duration::from_secs(2);

/// The limit for each guard's script. The removal of a container takes less.
const GUARDS: Duration = Duration::from_secs(15);

/// The program `lastorders`, from its arguments to its exit code (see [`exit`]).
#[must_use]
pub fn main() -> ExitCode {
    report_panics();
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let code = u8::try_from(error.exit_code()).unwrap_or(exit::USAGE);
            // If the help cannot be printed, nothing else can be.
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    // The hook has reported the panic, and the unwinding has dropped everything that ran.
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
            kill_hidden();
            code
        }
        Command::Doctor => in_runtime(doctor::doctor()),
        Command::Clean(args) => in_runtime(clean::clean(args)),
    };
    done.unwrap_or_else(|code| code)
}

/// Kills the processes that a server has hidden. All children of this program are gone except
/// guards, so every child that is left after the guards' end is a server's daemon.
fn kill_hidden() {
    crate::guard::finish(GUARDS);
    match crate::world::kill_orphans() {
        0 => {}
        n => print::note(&format!("killed {n} process(es) that the server had hidden")),
    }
}

fn in_runtime(work: impl Future<Output = Result<u8, u8>>) -> Result<u8, u8> {
    // At least two workers, so that a plan's actors and their watchers run at the same time even on
    // a machine with one processor.
    let workers = std::thread::available_parallelism().map_or(2, |n| n.get().max(2));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers)
        .enable_all()
        .build()
        .map_err(|error| {
            print::failure(&format!("could not start the runtime: {error}"));
            exit::ENVIRONMENT
        })?;
    let done = runtime.block_on(work);
    runtime.shutdown_timeout(LEFTOVER_TASKS);
    done
}

/// Whether any thread of this program has panicked.
static PANICKED: AtomicBool = AtomicBool::new(false);

/// Makes every panic print a message that blames this program, without a backtrace.
fn report_panics() {
    std::panic::set_hook(Box::new(|panic| {
        PANICKED.store(true, Ordering::SeqCst);
        let what = panic.payload_as_str().unwrap_or("the panic has no message");
        let place = panic.location().map(|at| format!(" ({}:{})", at.file(), at.line()));
        let place = place.unwrap_or_default();
        print::failure(&format!(
            "this is a fault of lastorders, not of the server: {what}{place}; ignore every verdict \
             of this run, and report the fault"
        ));
    }));
}

/// The exit code, which a fault of this program replaces.
fn outranked_by_fault(code: u8) -> u8 {
    if PANICKED.load(Ordering::SeqCst) { exit::OUR_FAULT } else { code }
}
