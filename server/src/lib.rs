// Its examples are written with axum.
#![cfg_attr(any(feature = "axum", not(doctest)), doc = include_str!("../docs/front.md"))]
//!
//! # The map
//!
//! For whoever works on the library.
//!
//! * [`drain`]: the shutdown sequence as a pure state machine, its policy, its outcome and the exit
//!   codes.
//! * `serve`: [`serve`] drives that machine over hyper: the only code that waits.
//! * `seal`: how the listener is closed without losing handshakes under way; [`SealMethod`] says
//!   how it was done.
//! * [`event`]: what happens in a server, as data, for observers. The log, [`metrics`](mod@metrics)
//!   and the messages to systemd are observers.
//! * [`clock`], [`listener`], [`signal`]: what `serve` takes from outside, so that a test can stand
//!   in for it.
//! * [`guide`]: pages for whoever runs it.
//! * `handle`: [`ShutdownHandle`], what requests and background work see of the shutdown.
//! * `health`: the ready-made health route.
//! * [`layer`]: health and handle as layers of tower's.
//! * `report`: [`Report`], what the shutdown did and what it cut.
//! * [`metrics`](mod@metrics): what it tells the facade of that name.
//! * `hooks`: the points at which a simulator takes part.
//! * `injected`: bugs that a simulator injects, in a build with `--cfg lastorders_sim` only.
//! * `buggify`: rare paths that a simulator forces, in a build with `--cfg lastorders_sim` only.
//! * `tls`: a listener that speaks TLS, with the feature of that name.
//! * `systemd`: sockets that systemd passes, and what it is told, with the feature of that name.
//! * `reference`: the service of the contract that servers are graded by, and its program, with the
//!   feature of that name.

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
