//! lastorders measured beside its peers.
//!
//! * [`client`]: a client that tells exactly what became of each request
//! * `console`: what the programs have in common
//! * [`load`]: load on a server that is shut down in the middle of it
//! * [`loss`]: requests lost in shutdowns under load
//! * [`network`]: where servers and clients meet: loopback, or a wire with a delay
//! * `seed`: what random choices are drawn from
//! * [`server`]: a subject as a process
//! * [`soak`]: start, load, SIGTERM, exit, again and again
//! * [`subject`]: the servers that are measured, all behind one command line.

pub mod client;
mod console;
pub mod load;
pub mod loss;
pub mod network;
mod seed;
pub mod server;
pub mod soak;
pub mod subject;
