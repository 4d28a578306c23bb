//! Judges any HTTP server, in any language, on how it stops.
//!
//! `seed -> Plan -> World -> History -> Check -> Finding -> Verdict -> Report`
//!
//! Pure, and all there is without the feature `real` (the simulator builds on these):
//!
//! * [`plan`]: everything that is done to the server in one run, as data
//! * [`history`]: everything that was observed, as data
//! * [`check`]: one invariant a file, and what findings amount to
//! * [`scenario`]: the catalogue of claims, each a function that makes a plan

pub mod check;
pub mod history;
pub mod plan;
pub mod scenario;
