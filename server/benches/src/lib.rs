//! lastorders measured beside its peers.
//!
//! * [`client`]: a client that tells exactly what became of each request
//! * [`loss`]: requests lost in shutdowns under load
//! * [`network`]: where servers and clients meet: loopback, or a wire with a delay
//! * [`server`]: a subject as a process
//! * [`subject`]: the servers that are measured, all behind one command line.

pub mod client;
pub mod loss;
pub mod network;
pub mod server;
pub mod subject;
