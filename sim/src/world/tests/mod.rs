//! Tests of whole runs.
//!
//! * `catalogue`: the catalogue's scenarios in this world
//! * `killed`: work in progress when a server is killed or panics
//! * `starting`: a store that is missing at the start or for a while
//! * `stored`: a history in a file, read by a program that does not know the simulator
//! * `injected`: rare paths of the server, in a build with `--cfg lastorders_sim`
//! * `yields`: wrappers that yield

mod catalogue;
#[cfg(lastorders_sim)]
mod injected;
mod killed;
mod starting;
mod stored;
mod yields;
