//! Finds and replays shutdown races by seed: the same server code, the same plans and the same
//! checks as in the real world, on a simulated network and clock.
//!
//! `seed -> Case -> World -> History and Trace -> Checks -> Findings -> Verdict`
//!
//! A [`case::Case`] is data: a plan of the model, and its conditions. A case gives the same run
//! each time, to the byte.
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
//!     .assert_passed(); // panics with a timeline of the run and a line that reruns it
//! ```
//!
//! [`service`] lists what counts as lost and what an application may not do. An example with a bug
//! and its fix: `cargo run --release -p lastorders-sim --example own_service`.
//!
//! # The map
//!
//! * [`blame`]: finds the event after which a failure was certain
//! * [`blob`]: a case as one line that can be copied
//! * [`bugs`]: bugs that are injected into our own shutdown
//! * [`case`]: a plan, its conditions, and a seed for all that they leave open
//! * [`check`]: checks that need a simulator, situations that a sweep must reach, and coverage
//! * [`cli`]: the program `lastorders-sim`
//! * [`corpus`]: stored cases with their expected results
//! * [`engine`]: two simulated networks and clocks behind one trait
//! * [`generate`]: makes a case from a seed
//! * [`parity`]: compares the simulated networks with a real one
//! * [`real`](mod@real): makes a plan for the real binary from a case
//! * [`service`]: a team's own application in its own tests
//! * [`shrink`]: reduces a failing case to the smallest that fails in the same way
//! * [`subject`]: the servers that can be simulated
//! * [`sweep`]: many seeds, in shards
//! * [`trace`]: the records of a run, and their hash
//! * [`world`]: runs a case

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
