//! Graceful shutdown for hyper and axum servers that loses nothing.
//!
//! One call in place of `axum::serve`:
//!
//! ```
//! # use futures_util::stream;
//! # use lastorders::Signal;
//! use axum::{Router, routing::get};
//! use lastorders::{Drain, Policy};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> std::io::Result<()> {
//! let drain = Drain::new();
//! let app = Router::new()
//!     .route("/", get(|| async { "hello" }))
//!     .route("/health", lastorders::health(drain.clone()));
//!
//! # /*
//! // Before the listener is bound, so that no signal is missed.
//! let signals = lastorders::signal::terminate()?;
//! # */
//! # let signals = stream::iter([Signal::Terminate]);
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
//! let report = lastorders::serve(listener, app)
//!     .policy(Policy::docker())
//!     .signals(signals)
//!     .drain(drain)
//!     .await;
//! println!("{report}");
//! # assert_eq!(report.exit_code(), 0);
//! # Ok(())
//! # }
//! ```
//!
//! and then `ExitCode::from(report.exit_code())`.
//!
//! The map:
//!
//! * [`drain`]: the shutdown sequence as a pure state machine, its policy, its outcome and the exit
//!   codes.
//! * `serve`: [`serve`] drives that machine over hyper: the only code that waits.
//! * `seal`: how the listener is closed without losing handshakes under way; [`Rung`] says how it
//!   was done.
//! * [`clock`], [`listener`], [`signal`]: what `serve` takes from outside, so that a test can stand
//!   in for it.
//! * `handle`: [`Drain`], what requests and background work see of the shutdown.
//! * `health`: the ready-made health route.
//! * [`layer`]: health and handle as layers of tower's.
//! * `report`: [`Report`], what the shutdown did and what it cut.
//! * [`metrics`](mod@metrics): what it tells the facade of that name.
//! * `tls`: a listener that speaks TLS, with the feature of that name.
//! * `systemd`: sockets that systemd passes, and what it is told, with the feature of that name.
//! * [`reference`](mod@reference): the service of the contract that servers are graded by, and its
//!   program.

pub mod clock;
pub mod drain;
mod handle;
mod health;
pub mod layer;
pub mod listener;
pub mod metrics;
#[cfg(feature = "reference")]
pub mod reference;
mod report;
mod seal;
mod serve;
pub mod signal;
#[cfg(all(feature = "systemd", target_os = "linux"))]
pub mod systemd;
#[cfg(feature = "tls")]
pub mod tls;

#[cfg(all(test, feature = "axum"))]
mod testing;

pub use clock::{Clock, TokioClock};
pub use drain::{LameDuckWork, Policy, PolicyError, Signal, exit_code};
#[cfg(feature = "axum")]
pub use handle::NoDrain;
pub use handle::{Aborted, Drain, Tracked};
#[cfg(feature = "axum")]
pub use health::health;
pub use listener::Listener;
pub use report::{
    AbortedConnection, AbortedRequest, ConnectionClass, PhaseReport, ReleaseReport, Report, Tally,
};
pub use seal::{Door, Rung};
pub use serve::{IntoReleased, Serve, serve};
