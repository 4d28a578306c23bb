//! The simulated store: a database behind a pool, with the gates and faults of the real one.
//!
//! * `jobs`: the service's side, a `JobStore`
//! * `control`: the plan's side: gates and faults
//! * `session`: a session that runs one statement
//! * `state`: what both sides share

mod control;
mod jobs;
mod session;
mod state;

pub(crate) use self::state::SimStore;
