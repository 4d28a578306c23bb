//! Finds and replays shutdown races by seed: the same server code, the same plans and the same
//! checks as in the real world, on a simulated network and clock.
//!
//! `seed -> Case -> World -> History and Trace -> Checks -> Findings -> Verdict`
//!
//! A [`case::Case`] is data: what is done (a plan of the harness) and under which conditions. The
//! same case gives the same run to the byte.
//!
//! # Your own service, in your own tests
//!
//! ```
//! use axum::{Router, routing::get};
//! use lastorders::{ShutdownHandle, Policy};
//! use lastorders_sim::service::{Service, get as ask_for};
//!
//! # fn app(drain: ShutdownHandle) -> Router {
//! #     Router::new()
//! #         .route("/orders", get(|| tokio::time::sleep(std::time::Duration::from_millis(20))))
//! #         .route("/health", lastorders::health(drain))
//! # }
//! Service::new(app) // what `main` gives to `lastorders::serve`
//!     .policy(Policy::docker())
//!     .requests([ask_for("/orders")])
//!     .health()
//!     .seeds(0..100)
//!     .run()
//!     .assert_passed(); // panics with a picture of the run and a line that does it again
//! ```
//!
//! [`service`] says what counts as lost, and what the application may not do. With a bug and its
//! fix: `cargo run --release -p lastorders-sim --example own_service`.
//!
//! # The map
//!
//! * [`blame`]: after which event a failure could not be averted any more
//! * [`blob`]: a case as one line that can be typed
//! * [`bugs`]: bugs that are injected into our own shutdown
//! * [`case`]: a plan, its conditions, and the seed of what is left open
//! * [`check`]: what only a simulator can see, what a sweep must reach, and what it has covered
//! * [`cli`]: the program `lastorders-sim`
//! * [`corpus`]: cases that are kept, and what each must give
//! * [`engine`]: two simulated networks and clocks behind one trait
//! * [`generate`]: from a seed to a case
//! * [`parity`]: what the simulated networks do as a real one does, and what not
//! * [`real`](mod@real): from a case to a plan for the real binary
//! * [`service`]: a team's own application in its own tests
//! * [`shrink`]: from a case that fails to the smallest that fails in the same way
//! * [`subject`]: the servers that can be simulated
//! * [`sweep`]: many seeds, in shards
//! * [`trace`]: what happened in a run, record by record, and its hash
//! * [`world`]: carries a case out

pub mod blame;
pub mod blob;
pub mod bugs;
pub mod case;
pub mod check;
pub mod cli;
pub mod corpus;
pub mod engine;
pub mod generate;
pub mod parity;
pub mod real;
pub mod service;
pub mod shrink;
pub mod subject;
pub mod sweep;
pub mod trace;
pub mod world;
