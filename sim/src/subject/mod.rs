//! The servers under test: ours, and others as they come.
//!
//! Each gets the same [`Parts`] and runs as its own documentation's example of a graceful shutdown
//! has it. None of them knows that it is simulated.
//!
//! * `name`: which server, [`Subject`]
//! * `parts`: what it is given, [`Parts`], and what a process of it leaves, [`Exit`]
//! * `serve`: runs it
//! * `ours`, `with_axum`, `with_hyper_util`, `with_axum_server`: one server each, with its listener
//! * `date`: keeps the operating system's clock out of answers

mod date;
mod name;
mod ours;
mod parts;
mod serve;
mod with_axum;
mod with_axum_server;
mod with_hyper_util;

#[cfg(test)]
mod tests;

pub use self::name::{Subject, Unknown};
pub use self::parts::{Exit, Observer, Parts, Releasing, Resource, SimListener};
pub use self::serve::serve;
