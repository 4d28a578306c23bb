//! Whole runs.
//!
//! * `catalogue`: the harness's own scenarios, carried out here
//! * `killed`: what is at work when a server is killed or panics
//! * `starting`: a store that is not there yet, or for a while
//! * `injected`: rare paths of the server, in a build with `--cfg lastorders_sim`
//! * `yields`: wrappers that give way

mod catalogue;
#[cfg(lastorders_sim)]
mod injected;
mod killed;
mod starting;
mod yields;
