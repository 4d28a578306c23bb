//! The shutdown sequence as a pure state machine: no async, no clock, no logging, and no dependency
//! except `std`.
//!
//! * [`Phase`]: the phases of a shutdown, in order.
//! * [`Policy`]: how long each phase may take, and why.
//! * [`Input`], [`Action`]: the events that the machine handles, and the steps that it asks for.
//! * [`Counts`]: how much is open and in flight.
//! * [`Outcome`]: the result of a shutdown, with the exit code.
//! * [`exit_code`]: the meaning of each exit code.
//! * `connection`: the life of one connection, as a second state machine that reads the flags of
//!   the shutdown.
//! * [`Machine`]: the sequence itself. Its documentation says how to drive it.
//!
//! `Machine`, `Input` and `Action` are public for servers that [`serve`](crate::serve()) does not
//! drive: servers of another protocol, or with an accept loop of their own. A driver can skip an
//! `Action` that it does not know, because ticks alone bring the machine to its end.

mod connection;
mod counts;
pub mod exit_code;
mod machine;
mod outcome;
mod phase;
mod policy;
mod shutdown_flags;
pub(crate) mod timer;
mod vocabulary;

#[cfg(test)]
mod tests;

pub use connection::ConnectionClass;
pub(crate) use connection::{Admission, ConnAction, ConnInput, Connection, Effect};
pub use counts::{ConnState, Counts};
pub use machine::Machine;
pub use outcome::{Outcome, Released};
pub use phase::Phase;
pub use policy::{ABORT_GRACE, LameDuckWork, Policy, PolicyError};
pub(crate) use shutdown_flags::ShutdownFlags;
pub use vocabulary::{Action, Cause, Input, ReleaseOutcome, Signal};
