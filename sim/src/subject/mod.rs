//! The servers under test: ours, and unmodified others.
//!
//! Each server gets the same [`Parts`]. It runs like the example of a graceful shutdown in its own
//! documentation, and does not know that it is simulated.
//!
//! * `name`: the name of a server, [`Subject`]
//! * `parts`: the input of a server, [`Parts`], its listener, [`SimListener`], and the result of
//!   its process, [`Exit`]
//! * `serve`: runs a server
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
