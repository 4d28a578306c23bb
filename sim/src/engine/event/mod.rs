//! The engine whose clock jumps from one event to the next: a paused single-threaded runtime of
//! tokio over the sockets of `turmoil-net`.
//!
//! When no task can run, the runtime parks. Its hook then lets the network work: it cuts written
//! bytes into packets and delivers the packets that are due. If this wakes no task, the clock jumps
//! to the next packet or timer. Timers of tokio have whole milliseconds. Packets and
//! [`Net::sleep_until`](super::Net::sleep_until) have nanoseconds. At the same instant timers come
//! first.
//!
//! `turmoil-net` differs from Linux in four points, which `socket` and `wire` correct:
//!
//! * Bytes that came before a reset can still be read.
//! * Data for a closed socket is answered with a reset.
//! * Bytes that were written before a close with a reset are sent first.
//! * A reader of small pieces reopens the window.
//!
//! The files:
//!
//! * `run`: builds a run, and decides how it ended
//! * `core`: the state of the thread's run
//! * `park`: the hook that runs when no task can run
//! * `queue`: future events, in order
//! * `wire`: from a socket over its link into a socket
//! * `links`: links between hosts, and the flows on them
//! * `socket`: connections and listeners inside the core
//! * `stream`: the program's handles of connections and listeners
//! * `net`: the handle [`EventNet`], and waiting for a time
//! * `tasks`: which host a task belongs to

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
