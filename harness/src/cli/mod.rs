//! The program `lastorders`: a thin shell around the library.
//!
//! * `main`: arguments in, exit code out; the runtime
//! * `args`: the options, and the help that teaches them
//! * `exit`: the exit codes
//! * `run`, `list`, `explain`, `check`, `doctor`, `clean`: a command each
//! * `plans`: scenarios that are plans in files
//! * `choose`: which scenarios are meant, and what to say where none is
//! * `progress`: how it goes on, on stderr
//! * `signals`: Ctrl-C and SIGTERM to ourselves
//! * `fault`: our own panics
//! * `print`: stdout and stderr, which may be closed or full

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
