//! The engine that jumps from one event to the next: a paused single-threaded runtime of tokio over
//! the sockets of `turmoil-net`.
//!
//! Whenever no task can run, the runtime parks, and its hook lets the network go on: what was
//! written is cut into packets, what is due is delivered. Only when that wakes nobody does time
//! move, and then at once to the next packet or timer. Timers of tokio go in whole milliseconds;
//! packets and [`Net::sleep_until`](super::Net::sleep_until) in nanoseconds. At the same instant
//! timers come first.
//!
//! `turmoil-net` is followed but for four things in which it is no Linux, all put right at the
//! `socket` and `wire` level: bytes that came before a reset can still be read, data that comes
//! to a closed socket is answered with a reset, what was written before a close that resets is sent
//! first, and a reader of small pieces reopens the window.
//!
//! * `run`: builds a run, and judges how it ended
//! * `core`: all the state of the thread's run
//! * `park`: what happens when no task can run
//! * `queue`: what will happen, in order
//! * `wire`: from a socket over its link into a socket
//! * `links`: links between hosts, and the flows on them
//! * `socket`: connections and listeners, as the core keeps them
//! * `stream`: what a program holds of them
//! * `net`: the handle, [`EventNet`], and waiting for a time
//! * `tasks`: to which host a task belongs

mod core;
mod links;
mod net;
mod park;
mod queue;
mod run;
mod socket;
mod stream;
mod tasks;
#[cfg(test)]
mod tests;
mod wire;

pub use self::net::EventNet;
pub use self::run::Event;
pub use self::stream::{Listener, Stream};
