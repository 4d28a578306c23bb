//! lastorders measured beside its peers.
//!
//! * [`subject`]: the servers that are measured, all behind one command line.

pub mod subject;
