//! The engine over turmoil 0.7: each host has its own runtime, and time passes in ticks. The engine
//! is slow, and serves as a second opinion by another author.
//!
//! The engine ends a run as `Unsupported` for resets, SYN filters, a look at sockets, links whose
//! directions differ, and lost packets (a cut is a hold without an end). The world does without SYN
//! filters and sockets here.
//!
//! The engine cannot see that a run is stuck: such a run ends as `Overtime`. A task that never
//! waits hangs the run. `connect` returns only after the server's `accept`, and more than 64
//! connects at once panic.
//!
//! * `run`: builds a run, and advances it tick by tick
//! * `net`: the handle, [`TurmoilNet`]
//! * `shared`: state that the hosts and the run share
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
