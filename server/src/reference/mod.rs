//! The reference service: the contract that servers are graded by, done well.
//!
//! * [`JobStore`], [`Job`], [`StoreError`]: where jobs are kept; a simulator brings its own.
//! * [`router`]: the contract over any store, without I/O of its own.
//! * `postgres`: [`Postgres`], the real store.
//! * [`Settings`]: the environment and the command line.
//! * `program`: [`main`], which puts these together.

mod log;
mod postgres;
mod program;
mod router;
mod settings;
mod store;

#[cfg(test)]
mod tests;

pub use postgres::{ConnectError, Postgres};
pub use program::main;
pub use router::router;
pub use settings::{LogFormat, Settings};
pub use store::{Job, JobStore, StoreError};
