//! The simulated world: runs a case, and records what it sees.
//!
//! * `carry_out`: a case on an engine, outside the run
//! * `perform`: the same case inside the run
//! * `run`: the result of one simulation
//! * `sim_context`, `host_map`, `random`: what all parts of a run share: the network, the names of
//!   hosts and connections, and the numbers that the case leaves open
//! * `process`, `listener`, `stream`: the server's process and its sockets
//! * `startup`: the time before the server listens
//! * `app`, `calls`: the service, answers in parts, and the recorded calls
//! * `observer`: records our server's shutdown, as an observer of the server's events
//! * `sim_event`: the events that only a simulation can see
//! * `store/`: the database
//! * `sim_world`: the world behind the actors
//! * `network`: events of the network: links, the load balancer
//! * `packets`: all packets, for the trace

mod app;
mod calls;
mod carry_out;
mod host_map;
mod listener;
mod network;
mod observer;
mod packets;
mod perform;
mod process;
mod random;
mod run;
mod sim_context;
mod sim_event;
mod sim_world;
mod startup;
mod store;
mod stream;
#[cfg(test)]
mod tests;

pub use self::app::App;
pub use self::carry_out::{LEFT_OUT, LeftOut, carry_out, carry_out_with};
pub use self::packets::capture;
pub use self::run::{Ended, Run};
pub use self::sim_event::{ReleaseState, SimEvent};
