//! The checks that need a simulator, one invariant a file.
//!
//! * `catalogue`: every check by its id
//!
//! For every server:
//!
//! * `no_panic`, `not_stuck`, `no_livelock`: the run itself
//! * `startup`: the time before the server is ready
//! * `queue_lost`, `after_seal`, `after_fin`, `unread`, `last_answer`, `http2`: at the
//!   listener and on connections
//! * `early_abort`, `second_sigterm`, `deadline`: cuts, and their time
//! * `release_last`, `store_after_close`, `no_leak`: the end
//!
//! For servers that report their phases:
//!
//! * `phases`, `readiness_first`, `lame_duck_lasts`: the order of the phases
//! * `idle_let_go`, `settles`: the server never waits in vain
//! * `second_sigint`, `release_bounded`, `report_agrees`: the end
//! * `balanced`: no client behind a load balancer sees an error

mod after_fin;
mod after_seal;
mod balanced;
mod catalogue;
mod deadline;
mod early_abort;
mod http2;
mod idle_let_go;
mod lame_duck_lasts;
mod last_answer;
mod no_leak;
mod no_livelock;
mod no_panic;
mod not_stuck;
mod phases;
mod queue_lost;
mod readiness_first;
mod release_bounded;
mod release_last;
mod report_agrees;
mod second_sigint;
mod second_sigterm;
mod settles;
mod startup;
mod store_after_close;
mod unread;

pub use self::catalogue::{CHECKS, find};
#[cfg(test)]
use super::testing;
use super::{Check, Finding, QUANTUM_US, RunView, Whose};
