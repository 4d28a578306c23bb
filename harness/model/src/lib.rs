//! The data model of lastorders: plans, histories, checks, scenarios and timelines.
//!
//! `seed -> Plan -> World -> History -> Check -> Finding -> Verdict -> Report`
//!
//! This crate defines every part of the pipeline that is data or a pure function. The crates
//! `lastorders-harness` (real processes) and `lastorders-sim` (a simulated network and clock) are
//! the two worlds. Without the feature `actors` the crate depends on no async runtime; it never
//! opens a file or a socket, and never reads a clock.
//!
//! * [`plan`]: everything that is done to the server in one run, as data
//! * [`history`]: everything that was observed, as data
//! * [`check`]: one invariant a file, and the verdict that follows from findings
//! * [`scenario`]: the catalogue of claims, each a function that makes a plan
//! * [`exit`]: the exit codes of the programs
//! * [`timeline`](mod@timeline): the picture of one run around the signal
//! * [`terminal`]: makes untrusted text safe for a terminal
//!
//! With the feature `actors`:
//!
//! * `actor`: runs the scripts of a plan in any world

#[cfg(feature = "actors")]
pub mod actor;
pub mod check;
pub mod exit;
pub mod history;
pub mod plan;
pub mod scenario;
pub mod terminal;
pub mod timeline;
