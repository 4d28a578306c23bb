//! The whole server on a paused clock and in-memory connections.

mod closing;
mod deadline;
mod entrance;
mod http2;
mod in_flight;
mod lame_duck;
mod release;
mod seal;
mod tasks;
mod upgraded;
