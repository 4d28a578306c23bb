// The examples of this page use axum.
#![cfg_attr(any(feature = "axum", not(doctest)), doc = include_str!("../docs/front.md"))]
//!
//! # Modules
//!
//! This list is for people who work on the library.
//!
//! * [`drain`]: the shutdown sequence as a pure state machine, with its policy, its outcome and the
//!   exit codes.
//! * `serve`: [`serve`] drives that machine over hyper. Only this module waits for events.
//! * `state`: the state of one server, which the driver, every connection and every handle share.
//! * `seal`: closes tokio's listeners without losing handshakes under way. [`SealMethod`] lists the
//!   methods.
//! * [`event`]: the events of a server, as data for observers. The log, [`metrics`](mod@metrics)
//!   and the messages to systemd are observers.
//! * [`clock`], [`listener`], [`signal`]: the inputs of `serve`, which a test can replace.
//! * [`guide`]: pages for people who run a server.
//! * `handle`: [`ShutdownHandle`], by which requests and background tasks observe the shutdown.
//! * `health`: the ready-made health route.
//! * [`layer`]: health and handle as tower layers.
//! * `report`: [`Report`], the steps of a shutdown and the work that it cut.
//! * [`metrics`](mod@metrics): the metrics of a shutdown, with the feature of that name.
//! * `hooks`: the places where a simulator injects bugs and forces rare paths.
//! * `injected`: bugs that a simulator injects, in a build with `--cfg lastorders_sim` only.
//! * `buggify`: rare paths that a simulator forces, in a build with `--cfg lastorders_sim` only.
//! * `tls`: a listener that speaks TLS, with the feature of that name.
//! * `systemd`: sockets that systemd passes, and messages to systemd, with the feature of that
//!   name.
//! * `reference`: a service that fulfils the contract by which servers are graded, with the feature
//!   `contract`.

#[cfg(lastorders_sim)]
pub mod buggify;
pub mod clock;
pub mod drain;
pub mod event;
pub mod guide;
mod handle;
mod health;
mod hooks;
#[cfg(lastorders_sim)]
pub mod injected;
pub mod layer;
pub mod listener;
pub mod metrics;
#[cfg(feature = "contract")]
pub mod reference;
mod report;
mod seal;
mod serve;
pub mod signal;
mod state;
#[cfg(all(feature = "systemd", target_os = "linux"))]
pub mod systemd;
#[cfg(feature = "tls")]
pub mod tls;

#[cfg(all(test, feature = "axum"))]
mod testing;

pub use clock::{Clock, TokioClock};
pub use drain::{
    Cause, ConnectionClass, Counts, LameDuckWork, Phase, Policy, PolicyError, ReleaseOutcome,
    Signal, exit_code,
};
#[cfg(feature = "axum")]
pub use handle::NoShutdownHandle;
pub use handle::{Aborted, ShutdownHandle, Tracked};
#[cfg(feature = "axum")]
pub use health::health;
pub use listener::{Listener, SealContext, SealMethod};
pub use report::{AbortedConnection, AbortedRequest, PhaseReport, ReleaseReport, Report, Tally};
pub use serve::{IntoReleased, RequestBody, Serve, serve};
