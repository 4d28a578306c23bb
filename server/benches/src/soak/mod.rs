//! Start, load, SIGTERM, exit, again and again: nothing is lost, nothing leaks.
//!
//! Two kinds run side by side, each cycle drawn from the seed and its number:
//!
//! * **processes**: a server of its own each time, loaded by clients of every
//!   [`Habit`](crate::load::Habit), sent SIGTERM (sometimes twice) in the middle of the flow. It
//!   must exit with 0, lose nothing, and report that nothing was cut.
//! * **drains**: one process, one runtime, which serves and drains again and again. The same, and
//!   after each cycle as many descriptors are open as before, no task is alive, and the live heap
//!   does not grow.
//!
//! The map:
//!
//! * `program`, `settings`: the command line; `companion`: the second kind in a process of its own
//! * `plan`: what a cycle does; `cycles`: one after the other, until the time is over
//! * [`processes`], [`drains`]: a cycle of either kind
//! * `verdict`: what is wrong with a cycle
//! * [`leaks`]: what is open, alive and held after a cycle, and whether it grows
//! * `summary`: the result

mod companion;
mod cycles;
pub mod drains;
pub mod leaks;
mod plan;
pub mod processes;
mod program;
mod settings;
mod summary;
mod verdict;

pub use plan::Plan;
pub use program::main;
