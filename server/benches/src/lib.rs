//! lastorders measured beside its peers.
//!
//! * [`bench`](mod@bench): speed, memory and time to exit, all servers side by side
//! * [`subject`]: the servers that are measured, all behind one command line

pub mod bench;
pub mod subject;
