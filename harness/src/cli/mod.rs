//! The program `lastorders`: a thin shell around the library.
//!
//! * `main`: from arguments to an exit code; the runtime; panics of this program
//! * `args`: the options, and their help
//! * `exit`: the exit codes
//! * `run`, `list` (and `explain`), `check`, `doctor`, `clean`: the commands
//! * `choose`: the selected scenarios, including plans in files
//! * `progress`: shows a run's progress on stderr
//! * `signals`: turns Ctrl-C, SIGTERM and SIGHUP into a request to stop
//! * `print`: writes to stdout and stderr, which may be closed or full

mod args;
mod check;
mod choose;
mod clean;
mod doctor;
pub mod exit;
mod list;
mod main;
mod print;
mod progress;
mod run;
mod signals;

pub use self::main::main;
