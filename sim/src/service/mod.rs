//! A team's own application in its own tests: a router, seeds and a policy go in. The result is a
//! pass, or the timeline of a failure with a line that reruns it.
//!
//! The front page of this library has the ten lines.
//!
//! The service gets the router that `main` gives to `lastorders::serve`. The same code serves it,
//! on a simulated network and clock. Clients are slow, silent, pipelining, half closed or use
//! HTTP/2, and the signal comes at the worst moments. `sim/examples/own_service.rs` has a service
//! with a common bug, and the fix.
//!
//! # What counts as lost
//!
//! * an answer that the application began and that did not reach its client completely
//! * a handler or a body that is dropped before the deadline
//! * a request that runs after the server has closed its side of the connection
//! * a connection or a byte that waited for the server and that the server discarded at its close
//! * an answer with a 5xx status: a handler needed something that was already closed
//! * a process that waits for its deadline although all work could have ended
//!   ([`Service::slowest`])
//! * a task that outlives the server: its work ends with the process
//! * a panic anywhere
//!
//! # What the application may not do
//!
//! A run uses one thread, and its clock jumps. A task that waits for something outside the run
//! never sees time pass, and two runs of one seed would differ.
//!
//! * `tokio::net`, a database, a file: nothing exists outside the run, and tokio panics without a
//!   reactor. Give the router its stores as traits, and a store in memory in the test. Let this
//!   store `tokio::time::sleep` as long as the real one takes.
//! * `spawn_blocking`, `block_in_place`, threads: they run in real time while the clock jumps. Put
//!   them behind the same trait, without the thread.
//! * `SystemTime::now` and `Instant::now` of `std` read the machine's clock. Use
//!   `tokio::time::Instant::now`.
//! * The order of a `HashMap`, `rand::rng()` and uuid v4 differ from run to run. Use a `BTreeMap`,
//!   or a seeded generator from the test.
//! * Statics that change: runs share the process. Keep state in the router.
//!
//! Rare paths in the server, such as one-byte reads, need a build with `--cfg lastorders_sim`:
//! `cargo test --config "build.rustflags=['--cfg','lastorders_sim']"`.
//!
//! Every failing seed and one in 64 is run twice. If the two runs differ, the seed fails with the
//! first difference.
//!
//! * `service`: the builder of a service, its requests, and the sweep
//! * `lost`: finds losses that the checks of a server do not see
//! * `outcome`: the result of a sweep

mod lost;
mod outcome;
#[expect(clippy::module_inception, reason = "the folder is named after its main type")]
mod service;

pub use lastorders_model::plan::Request;

pub use self::outcome::{Failed, Outcome};
pub use self::service::{Service, get, post};
