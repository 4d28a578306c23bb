//! The whole server on a paused clock and in-memory connections.

mod closing;
mod deadline;
mod entrance;
#[cfg(feature = "http2")]
mod http2;
mod in_flight;
mod lame_duck;
mod parking;
mod release;
#[cfg(feature = "reference")]
mod report;
mod seal;
mod tasks;
mod upgraded;
