//! A team's own application in its own tests: router in, seeds, policy; pass, or a picture of what
//! went wrong and a line that does it again.
//!
//! The front page of this library has the ten lines.
//!
//! The same router that `main` gives to `lastorders::serve` is served by the same code, on a
//! simulated network and clock, with clients that are slow, silent, pipelining, half gone or
//! speaking HTTP/2, and a signal at the worst moments. `sim/examples/own_service.rs` has a service
//! with a bug of the usual kind, and its fix.
//!
//! # What counts as lost
//!
//! * an answer that the application had begun, and whose client got nothing or a part of it
//! * a handler or a body that is dropped before the deadline
//! * a request that is executed after the server has closed its side
//! * a connection or a byte that waited for the server when it closed, and that it threw away
//! * an answer with a 5xx status: something that a handler needs was gone before it
//! * a process that waits for its deadline although all work could have ended
//!   ([`Service::slowest`])
//! * a task that is still there when the server has returned: what it does is lost with the process
//! * a panic anywhere
//!
//! # What the application may not do
//!
//! A run is one thread, and its clock jumps: what waits for something outside of the run is never
//! told that time passes, and two runs of one seed would differ.
//!
//! * `tokio::net`, a database, a file: there is no outside, and tokio panics for want of a reactor.
//!   Give the router its stores as traits, and the test's router one in memory; let that
//!   `tokio::time::sleep` as long as the real one takes.
//! * `spawn_blocking`, `block_in_place`, threads: they run at their own pace, and the clock jumps
//!   meanwhile. Put them behind the same trait, without the thread.
//! * `SystemTime::now` and `Instant::now` of `std` are the machine's: `tokio::time::Instant::now`.
//! * The order of a `HashMap`, `rand::rng()`, uuid v4 differ from run to run: a `BTreeMap`,
//!   a seeded generator that the test hands in.
//! * Statics that are written to: runs go on side by side. Let the router own its state.
//!
//! Rare paths inside of the server, such as one-byte reads, are taken only in a build with
//! `--cfg lastorders_sim`: `cargo test --config "build.rustflags=['--cfg','lastorders_sim']"`.
//!
//! Every failing seed and one in 64 is carried out twice. If its two runs differ, that is the
//! failure, with the place where they part.
//!
//! * `service`: what is to be simulated, what clients ask for, and the sweep
//! * `lost`: what the checks of a server alone do not see
//! * `outcome`: what came of it

mod lost;
mod outcome;
#[expect(clippy::module_inception, reason = "the folder is named after its main type")]
mod service;

pub use lastorders_model::plan::Request;

pub use self::outcome::{Failed, Outcome};
pub use self::service::{Service, get, post};
