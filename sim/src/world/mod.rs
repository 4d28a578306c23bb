//! The simulated world: carries out a case, and records what it sees.
//!
//! * `carry_out`: a case on an engine, from outside
//! * `perform`: the same from inside of the run
//! * `run`: what one simulation gives
//! * `sim`, `hosts`, `random`: what all parts of a run share: the network, who is who, the numbers
//!   that the case leaves open
//! * `process`, `listener`, `stream`: the server's process and what it has open
//! * `startup`: what it does before it listens
//! * `app`, `calls`, `streamed`: the service, what it is given, and answers in parts
//! * `inside`: the observer that records our server's shutdown
//! * `store/`: the database
//! * `world`: what the actors ask of the world
//! * `network`: what happens to the network by itself: links, the load balancer
//! * `packets`: every packet, for the trace

mod app;
mod calls;
mod carry_out;
mod host_map;
mod inside;
mod listener;
mod network;
mod packets;
mod perform;
mod process;
mod random;
mod run;
mod sim_context;
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
