//! Compares the simulated networks with a real one: runs the same probes on loopback and on each
//! engine.
//!
//! The table of observations is checked in as `table.txt`. A test fails if this code, a dependency
//! or the operating system changes it. The notes in that file say what the differences mean for
//! verdicts.
//!
//! * `probe`: the probes, [`Probe`]
//! * `wire`: the interface of a probe to a network, and the words for observations
//! * `loopback`: the real network
//! * `simulated`: the networks of the engines
//! * `table`: all observations

mod loopback;
mod probe;
mod simulated;
mod table;
mod wire;

pub use self::probe::Probe;
pub use self::table::{checked_in, table};
