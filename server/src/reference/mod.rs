//! The reference service: the contract that servers are graded by, done well.
//!
//! * [`JobStore`], [`Job`], [`StoreError`]: where jobs are kept; a simulator brings its own.
//! * [`router`]: the contract over any store, without I/O of its own.
//! * [`reach`]: the time before it serves, until the store is there or a signal comes.
//!
//! With the feature `reference`:
//!
//! * `postgres`: the real store.
//! * `settings`: the environment and the command line.
//! * `program`: what puts these together.

#[cfg(feature = "reference")]
mod log;
#[cfg(feature = "reference")]
mod postgres;
#[cfg(feature = "reference")]
mod program;
mod router;
#[cfg(feature = "reference")]
mod settings;
mod startup;
mod store;

#[cfg(all(test, feature = "reference"))]
mod tests;

#[cfg(feature = "reference")]
pub use postgres::{ConnectError, Postgres};
#[cfg(feature = "reference")]
pub use program::main;
pub use router::router;
#[cfg(feature = "reference")]
pub use settings::{LogFormat, Settings};
pub use startup::reach;
pub use store::{Job, JobStore, StoreError};
