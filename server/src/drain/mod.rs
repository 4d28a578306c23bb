//! The shutdown sequence as a pure state machine: no async, no clock, no logging, nothing but
//! `std`.
//!
//! * [`Phase`]: where a shutdown stands; phases only move forward.
//! * [`Policy`]: how long each phase may take, and why.
//! * [`Input`], [`Action`]: what happened, and what is to be done about it.
//! * [`Counts`]: what is open and in flight.
//! * [`Outcome`]: what became of it, and the exit code.
//! * [`exit_code`]: what the numbers mean.
//! * `connection`: the life of one connection, a second machine that follows the first one's flags.
//! * [`Machine`]: the sequence itself; its documentation says in which order to call it.
//!
//! `Machine`, `Input` and `Action` are public for servers that [`serve`](crate::serve()) does not
//! drive: servers of another protocol, or with an accept loop of their own. Such a driver can skip
//! an `Action` that it does not know, because ticks alone bring the machine to its end.

mod action;
mod connection;
mod counts;
pub mod exit_code;
mod input;
mod machine;
mod outcome;
mod phase;
mod policy;
mod shutdown_flags;
pub(crate) mod timer;

#[cfg(test)]
mod tests;

pub use action::Action;
pub use connection::ConnectionClass;
pub(crate) use connection::{Admission, ConnAction, ConnInput, Connection, Effect};
pub use counts::{ConnState, Counts};
pub use input::{Cause, Input, ReleaseOutcome, Signal};
pub use machine::Machine;
pub use outcome::{Outcome, Released};
pub use phase::Phase;
pub use policy::{ABORT_GRACE, LameDuckWork, Policy, PolicyError};
pub(crate) use shutdown_flags::ShutdownFlags;
