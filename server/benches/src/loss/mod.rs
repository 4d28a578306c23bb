//! Requests lost in a shutdown under load, ours beside its peers.
//!
//! Each shutdown is the same. A server is started, and clients load it. After the first answers of
//! every client, and then a random number of further answers, the client that receives the last of
//! these sends SIGTERM. The clients continue until they are refused. The shutdowns of all servers
//! are interleaved, one at a time.
//!
//! # Clients
//!
//! Half of the clients are *fresh*: connect, send one request, read the answer, close, and repeat.
//! Half are *kept alive*: they send request after request on one connection. When an answer says
//! `Connection: close`, or the connection is closed between two requests, they reconnect.
//!
//! # What counts
//!
//! * **answered**: the client received a complete answer.
//! * **lost**: the connection was established (`connect` succeeded, or the connection was reset
//!   after the handshake), and the request got no complete answer. The connection was reset, closed
//!   before the first byte, or cut, or 15 s passed. A loss is *fresh* for the first request of a
//!   connection, and *kept alive* for a later one, whatever the client. Before a later request, the
//!   client asks its own kernel whether the connection has been closed. If so, it sends nothing,
//!   and nothing is lost, as with any correct client. A request that was written before the FIN
//!   arrived, and crosses the close, is lost.
//! * **refused**: the connect was refused. Nothing was lost, because a retry elsewhere is safe.
//! * **waited**: the SYN was dropped at first and had to be repeated after 1 s. Then the connect
//!   was refused, or a successor on the same socket accepted it.
//!
//! A server may answer every request that it ever received, and still have losses here: requests
//! that crossed the close of their connection. These losses are real, because the client cannot
//! know whether its request was executed.
//!
//! # Modules
//!
//! * `program`: the command line
//! * [`Settings`], [`SealVariant`]: the options, and the servers
//! * `shutdown`: one shutdown
//! * `measure`: all shutdowns
//! * [`Outcome`], [`Row`]: the result; `table`: the result as text

mod measure;
mod outcome;
mod program;
mod seal_variant;
mod settings;
mod shutdown;
mod table;

pub use measure::{MeasureError, measure};
pub use outcome::{Outcome, Row};
pub use program::main;
pub use seal_variant::SealVariant;
pub use settings::{NetworkKind, Settings};
