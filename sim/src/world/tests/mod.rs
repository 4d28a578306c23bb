//! Whole runs.
//!
//! * `catalogue`: the harness's own scenarios, carried out here
//! * `killed`: what is at work when a server is killed or panics
//! * `starting`: a store that is not there yet, or for a while
//! * `rare`: branches of the server that are rarely taken
//! * `yields`: wrappers that give way

mod catalogue;
mod killed;
mod rare;
mod starting;
mod yields;
