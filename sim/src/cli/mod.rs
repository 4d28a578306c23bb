//! The program `lastorders-sim`: a thin shell around the library.
//!
//! * `main`: from arguments to the exit code, and panics of the simulator
//! * `args`: the arguments of each command, and the help
//! * `options`: options that several commands share
//! * `sweep`, `merge`, `bugs`, `audit`, `replay`, `shrink`, `export`, `blame`, `parity`: a command
//!   each
//! * `story`: the description of a case and its run
//! * `case`: the case of a seed, a line or a file
//! * `summary`: the summary of a sweep
//! * `verdict`: the exit code of a sweep, and its reason
//! * `progress`: progress on stderr, and the operating system's clock, which simulated code must
//!   not
//!   read
//! * `signals`: Ctrl-C, SIGTERM and SIGHUP to this program
//! * `whole`: writes files completely or not at all
//! * `print`: stdout and stderr, which may be closed or full

mod args;
mod audit;
mod blame;
mod bugs;
mod case;
mod export;
mod main;
mod merge;
mod options;
mod parity;
mod print;
mod progress;
mod replay;
mod shrink;
mod signals;
mod story;
mod summary;
mod sweep;
mod verdict;
mod whole;

pub use self::main::main;
pub use self::summary::COMMAND;
