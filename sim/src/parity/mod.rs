//! How far the simulated networks are from the real one: the same probes on loopback and on every
//! engine, and what each observed.
//!
//! The table is checked in as `table.txt`, and drift fails the test: of this code, of a dependency
//! or of the operating system. What a difference means for those who read verdicts stands under it.
//!
//! * `probe`: the probes, [`Probe`]
//! * `wire`: what a probe needs of a network, and the words for what it sees
//! * `loopback`: the real one
//! * `simulated`: those of the engines
//! * `table`: all of them next to each other

mod loopback;
mod probe;
mod simulated;
mod table;
mod wire;

pub use self::probe::Probe;
pub use self::table::{checked_in, table};
