//! Requests lost in a shutdown under load, ours beside its peers.
//!
//! Each shutdown is the same: a server is started, clients load it, and when each of them has had
//! its first answers, and then after so many more answers as the seed says, the client that
//! gets the last of them sends SIGTERM. The clients go on as if nothing had happened until they are
//! refused. No two shutdowns run at once; those of all servers are interleaved.
//!
//! # Clients
//!
//! Half of them are *fresh*: connect, one request, read the answer, close, again. Half are *kept
//! alive*: request after request on one connection, until an answer says `Connection: close` or the
//! connection is closed between two requests; then they connect again.
//!
//! # What counts
//!
//! * **answered**: the answer came whole.
//! * **lost**: the connection was established (`connect` succeeded, or was reset after the
//!   handshake), and the request got no complete answer: it was reset, closed without a byte, cut,
//!   or not answered within 15 s. A loss is *fresh* when it struck the first request of a
//!   connection, and *kept alive* when it struck a later one, whatever the client.
//!   Before a client sends a later request it asks its own kernel whether the connection has been
//!   closed; if so it sends nothing, and nothing is lost, as with any honest client. A request that
//!   crosses with the server's close, written before the FIN arrived, is lost.
//! * **refused**: the connect was refused. Nothing was lost: it is safe to try elsewhere.
//! * **waited**: the same, but the SYN was dropped at first and had to be repeated, which takes a
//!   client a second. With a successor on the same socket, it may have been accepted after that.
//!
//! A server that drops nothing and waits for nothing may answer every request that was ever written
//! and still count losses here: those which met the closing socket. They are real: the client
//! cannot know whether its request was carried out.
//!
//! # The map
//!
//! * `program`: the command line
//! * [`Settings`], [`Contestant`]: what is measured
//! * `shutdown`: one shutdown
//! * `rig`: all of them
//! * [`Outcome`], [`Row`]: the result; `table`: as text

mod contestant;
mod outcome;
mod program;
mod rig;
mod settings;
mod shutdown;
mod table;

pub use contestant::Contestant;
pub use outcome::{Outcome, Row};
pub use program::main;
pub use rig::{Trouble, measure};
pub use settings::{Settings, Where};
