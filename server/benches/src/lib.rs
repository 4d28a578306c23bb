//! lastorders measured beside its peers.
//!
//! * [`bench`]: speed, memory and time to exit, all servers side by side
//! * [`loss`]: requests lost in shutdowns under load
//! * [`soak`]: start, load, SIGTERM, exit, again and again
//! * [`load`]: what these two load a server with, and what became of it
//! * [`network`]: where they do it: loopback, or a wire with a delay; [`process`] starts servers
//!   there
//! * [`subject`]: the servers that are measured, all behind one command line
//! * `console`, `seed`: small things that they have in common

pub mod bench;
mod console;
pub mod load;
pub mod loss;
pub mod network;
pub mod process;
mod seed;
pub mod soak;
pub mod subject;
