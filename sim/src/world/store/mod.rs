//! The simulated store: a database with a pool in front of it, with the gates and faults of the
//! real one.
//!
//! * `jobs`: the service's side, a `JobStore`
//! * `keeper`: the plan's side, gates and faults
//! * `session`: a session that works for one statement
//! * `state`: what both sides share

mod control;
mod jobs;
mod session;
mod state;

pub(crate) use self::state::SimStore;
