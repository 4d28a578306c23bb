//! The actors: runs the scripts of a plan in any world.
//!
//! A world starts a server, implements [`World`] and creates a [`RunContext`]. The actors do the
//! rest: the steps of clients, operator and store, and every record of these steps. This module
//! knows no sockets, processes or database, and spawns no task.
//!
//! The actors are deterministic: a plan gives the same history each time, if the world is
//! deterministic. So this module reads no clock but the world's, and nothing depends on the order
//! of a hash map or of a `select!` without `biased`.
//!
//! * `client/`: the raw clients, which programs may also use without a plan: [`Http1`], [`Http2`]
//! * `act`: one actor's script, by its role
//! * `world`: the operations that a world must offer
//! * `kept`: the part of an answer that a client keeps
//! * `flag`, `marks`, `recorder`, `run_context`: the state that the actors of a run share
//! * `script`: the steps that every role has
//! * `operator`, `store_actor`: the scripts of the operator and the store
//! * `supervise`: from ready to the end of the run
//! * `visible`: the first sign of shutdown

mod act;
mod client;
mod flag;
mod kept;
mod marks;
mod operator;
mod recorder;
mod run_context;
mod script;
mod store_actor;
mod supervise;
#[cfg(test)]
mod tests;
mod visible;
mod world;

pub use self::act::act;
pub use self::client::{Http1, Http2, Received, ask_health, connect_error};
pub use self::kept::{KeptBody, TooLong, keep_for, trim_headers};
pub use self::recorder::Recorder;
pub use self::run_context::RunContext;
pub use self::script::{Performer, run_script};
pub use self::supervise::{supervise, watch_exit};
pub use self::visible::watch_listener;
pub use self::world::{Exit, Residue, Snapshot, World};

/// The most rounds of one `Repeat`, those of a `Repeat` inside included. A server that answers
/// forever must not fill the memory.
pub const MOST_ROUNDS: u64 = 5_000;
