//! lastorders measured beside its peers.
//!
//! * [`client`]: a client that tells exactly what became of each request
//! * [`network`]: where servers and clients meet: loopback, or a wire with a delay
//! * [`subject`]: the servers that are measured, all behind one command line.

pub mod client;
pub mod network;
pub mod subject;
