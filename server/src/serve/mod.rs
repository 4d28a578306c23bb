//! Drives the drain machine over hyper: the only code that waits.
//!
//! * `builder`: [`Serve`], what a caller sees.
//! * `driver`: the loop that feeds the machine and carries out its actions.
//! * `entrance`: the way in, open, resting, being sealed or shut.
//! * `shared`: what the driver, the connections and the handles have in common: the machine and its
//!   standing orders.
//! * `conn`: the state of one connection, and `flags`, its bits.
//! * `verdict`: what is to become of a connection.
//! * `connection`: the task of one connection.
//! * `line`: who speaks on a connection: nobody yet, or hyper.
//! * `http`: how hyper is set up, and `head_timer`, by which it says that it waits for a head.
//! * `in_flight`: the requests in flight on one connection.
//! * `parking`: idle connections give up what they do not need, where there are many.
//! * `io`: the bytes of a connection, watched, and its clean close.
//! * `gate`, `answer`, `body`: the way of a request through the application, counted until its
//!   response is written.
//! * `room`: idle connections make room for those that wait, where descriptors are short.
//! * `release`: resources that are released at the end.
//! * `steps`: each step of the shutdown, for the log and the metrics.

mod accept_state;
mod answer;
mod body;
mod builder;
mod conn_io;
mod connection;
mod driver;
mod gate;
mod head_timer;
mod http;
mod io;
mod parking;
mod release;
mod room;
mod steps;

#[cfg(all(test, feature = "axum"))]
mod tests;

pub use builder::{Serve, serve};
pub use release::IntoReleased;

/// What an application's errors are turned into.
pub(crate) type BoxError = Box<dyn std::error::Error + Send + Sync>;
