//! The program `lastorders-sim`: a thin shell around the library.
//!
//! * `main`: arguments in, exit code out
//! * `args`: the arguments of each command, and the help that teaches them
//! * `options`: what several commands have in common
//! * `sweep`, `merge`, `bugs`, `audit`, `replay`, `shrink`, `export`, `blame`, `parity`: a command
//!   each
//! * `story`: one case and its run, for people
//! * `case`: the case that is meant by a seed, a line or a file
//! * `summary`: what a sweep gave, for people
//! * `verdict`: what a sweep proved
//! * `progress`: how it goes on, on stderr, and the operating system's clock, which nothing that is
//!   simulated may see
//! * `fault`: our own panics
//! * `signals`: Ctrl-C and SIGTERM to ourselves
//! * `whole`: files that are written whole or not at all
//! * `print`: stdout and stderr, which may be closed or full

mod args;
mod audit;
mod blame;
mod bugs;
mod case;
mod export;
mod fault;
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
