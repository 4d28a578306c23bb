//! The reference service: a server that fulfils the contract by which `lastorders-check` grades
//! servers.
//!
//! * [`JobStore`], [`Job`], [`StoreError`]: the storage of jobs; a simulator supplies its own.
//! * [`router`]: the contract over any store, without I/O of its own.
//! * [`reach`]: connects to the store before serving, until the store answers or a signal comes.
//!
//! With the feature `reference`:
//!
//! * `postgres`: the real store.
//! * `settings`: environment and command line.
//! * `program`: the program that combines these.

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
