//! The engine over turmoil 0.7: every host has a runtime of its own, and time goes in ticks. Slow,
//! and another author's idea of a network: a second opinion.
//!
//! What it cannot do ends the run as `Unsupported`: resets, SYN filters and a look at sockets (the
//! world does without these two), links
//! that differ between their two directions, losing packets (a cut is a hold for good). It cannot
//! tell that a run is stuck, so that is `Overtime`, and a task that never waits hangs it.
//! `connect` ends only in the server's `accept`, and more than 64 of them at once panic.
//!
//! * `run`: builds a run, and goes from tick to tick
//! * `net`: the handle, [`TurmoilNet`]
//! * `shared`: what the hosts and the run have in common
//! * `stream`: connections and listeners

mod net;
mod run;
mod shared;
mod stream;
#[cfg(test)]
mod tests;

pub use self::net::TurmoilNet;
pub use self::run::Turmoil;
pub use self::stream::{Listener, Stream};
