//! Finds and replays shutdown races by seed: the same server code, the same plans and the same
//! checks as in the real world, on a simulated network and clock.
//!
//! `seed -> Case -> World -> History and Trace -> Checks -> Findings -> Verdict`
//!
//! A [`case::Case`] is data: what is done (a plan of the harness) and under which conditions. The
//! same case gives the same run to the byte.
//!
//! # The map
//!
//! * [`blame`]: after which event a failure could not be averted any more
//! * [`blob`]: a case as one line that can be typed
//! * [`bugs`]: faults planted in our own shutdown on purpose
//! * [`case`]: a plan, its conditions, and the seed of what is left open
//! * [`check`]: what only a simulator can see, what a sweep must reach, and what it has covered
//! * [`cli`]: the program `lastorders-sim`
//! * [`corpus`]: cases that are kept, and what each must give
//! * [`engine`]: two simulated networks and clocks behind one trait
//! * [`generate`]: from a seed to a case
//! * [`parity`]: what the simulated networks do as a real one does, and what not
//! * [`real`]: from a case to a plan for the real binary
//! * [`shrink`]: from a case that fails to the smallest that fails in the same way
//! * [`subject`]: the servers that can be simulated
//! * [`sweep`]: many seeds, in shards
//! * [`trace`]: what happened in a run, record by record, and its hash
//! * [`world`]: carries a case out

pub mod blame;
pub mod blob;
pub mod bugs;
pub mod case;
pub mod check;
pub mod cli;
pub mod corpus;
pub mod engine;
pub mod generate;
pub mod parity;
pub mod real;
pub mod shrink;
pub mod subject;
pub mod sweep;
pub mod trace;
pub mod world;
