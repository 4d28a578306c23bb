//! Repeats start, load, SIGTERM, exit, and checks that nothing is lost and nothing leaks.
//!
//! Two kinds of cycles run side by side. The seed and the number of a cycle determine its plan:
//!
//! * **processes**: a new server process each time. Clients of every
//!   [`ClientKind`](crate::load::ClientKind) load it, and it is sent SIGTERM (sometimes twice) at
//!   full flow. It must exit with 0, lose nothing, and report that nothing was cut.
//! * **drains**: one process with one runtime, which serves and drains again and again. The same
//!   must hold. Also, after each cycle as many descriptors are open as before, no task is alive,
//!   and the live heap does not grow.
//!
//! The modules:
//!
//! * `program`, `settings`: the command line; `drains_process`: runs the drains in a separate
//!   process
//! * `plan`: the plan of a cycle; `cycles`: runs cycles until the time is over
//! * [`processes`], [`drains`]: a cycle of either kind
//! * `cycle_result`: the faults of a cycle
//! * [`leaks`]: descriptors, tasks and heap after a cycle
//! * `summary`: the result

mod cycle_result;
mod cycles;
pub mod drains;
mod drains_process;
pub mod leaks;
mod plan;
pub mod processes;
mod program;
mod settings;
mod summary;

pub use plan::Plan;
pub use program::main;
