//! The actors: carries out the scripts of a plan, in any world.
//!
//! A world starts a server, implements [`World`] and sets up a [`RunContext`]; everything that
//! clients, the operator and the store do on it is here, and so is every record of it. Nothing
//! here knows sockets, processes or a database. Nothing reads a clock but the world's, spawns a
//! task, or depends on the order in which a hash map or a `select!` without `biased` would go: on
//! a world that always does the same, a plan always gives the same history.
//!
//! * `client/`: the raw clients, which programs may also use without a plan: [`Http1`], [`Http2`]
//! * `act`: one actor's script, by its role
//! * `world`: what a world must be able to do
//! * `kept`: how much of an answer is kept
//! * `flag`, `marks`, `recorder`, `context`: what the actors of a run share
//! * `script`: the steps that every role has
//! * `operator`, `store_actor`: the scripts of those two
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

/// The most rounds of one `Repeat`. A server that answers for ever must not fill our memory.
pub const MOST_ROUNDS: u64 = 5_000;
