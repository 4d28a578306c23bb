//! Every server, in memory and on tokio's paused clock.
//!
//! * `rig`: one server and what is done to it
//! * `app`: what it serves
//! * `memory`: its listener
//! * `as_they_come`: what all have in common, and the faults that others are known for
//! * `bugs`, `timing`: what each planted bug does that our server does not

mod app;
mod as_they_come;
mod bugs;
mod memory;
mod rig;
mod timing;
