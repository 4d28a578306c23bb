//! The life of one connection as a pure state machine: no async, no clock, and no dependency except
//! `std`.
//!
//! The task that owns the connection reports each [`ConnInput`] to [`Connection::handle`], and
//! performs the [`Effect`]. After each poll of the protocol the task calls
//! [`Connection::next_action`], and performs the [`ConnAction`].
//!
//! # States
//!
//! | state | meaning |
//! |---|---|
//! | `New` | The peer has not sent a byte. |
//! | `ReadingHead` | The server has read bytes that belong to no request yet. |
//! | `Active` | HTTP/1 with at least one request in flight. |
//! | `Idle` | HTTP/1 between two requests. |
//! | `Http2` | HTTP/2, with any number of requests in flight. |
//! | `Upgraded` | The connection has left HTTP: a WebSocket, or a tunnel made by CONNECT. |
//! | `Closing` | The server closes the connection, and has not sent its FIN yet. |
//! | `Lingering` | The server has sent its FIN. It reads and discards until the peer closes too. |
//! | `Closed` | The socket was dropped. |
//!
//! # Transitions
//!
//! An input that the table does not list for a state changes nothing. A test compares every cell of
//! this table with the machine. `tell` names the input for the shutdown machine. "Off the list"
//! means that the server removes the connection from its list.
//!
//! | state | input | next state | effect |
//! |---|---|---|---|
//! | `New` | `BytesRead` | `ReadingHead` | |
//! | `New` | `PrefaceRead` | `Http2` | |
//! | `New` | `RequestStarted` | `Active` | request started |
//! | `New` | `PeerClosed` | `Closing` | |
//! | `New` | `CloseBegan` | `Closing` | |
//! | `New` | `WriteShut` | `Lingering` | tell `Shut` |
//! | `New` | `Gone` | `Closed` | tell `Closed(Open)`, off the list |
//! | `ReadingHead` | `PrefaceRead` | `Http2` | |
//! | `ReadingHead` | `RequestStarted` | `Active` | request started |
//! | `ReadingHead` | `BodyEnded` | `Idle` | wake |
//! | `ReadingHead` | `BodyDropped` | `ReadingHead` | wake |
//! | `ReadingHead` | `PeerClosed` | `Closing` | |
//! | `ReadingHead` | `CloseBegan` | `Closing` | |
//! | `ReadingHead` | `WriteShut` | `Lingering` | tell `Shut` |
//! | `ReadingHead` | `Gone` | `Closed` | tell `Closed(Open)`, off the list |
//! | `Active` | `RequestStarted` | `Active` | request started |
//! | `Active` | `Flushed` | `Idle` | request ended |
//! | `Active` | `RequestDropped` | `Idle` | request ended |
//! | `Active` | `Upgraded` | `Upgraded` | tell `Upgraded` |
//! | `Active` | `WriteShut` | `Lingering` | request ended, tell `Shut` |
//! | `Active` | `Gone` | `Closed` | request ended, tell `Closed(Open)`, off the list |
//! | `Idle` | `BytesRead` | `ReadingHead` | |
//! | `Idle` | `UnreadFound` | `ReadingHead` | |
//! | `Idle` | `RequestStarted` | `Active` | request started |
//! | `Idle` | `PeerClosed` | `Closing` | |
//! | `Idle` | `CloseBegan` | `Closing` | |
//! | `Idle` | `WriteShut` | `Lingering` | tell `Shut` |
//! | `Idle` | `Gone` | `Closed` | tell `Closed(Open)`, off the list |
//! | `Http2` | `RequestStarted` | `Http2` | request started |
//! | `Http2` | `ResponseEnded` | `Http2` | request ended |
//! | `Http2` | `RequestDropped` | `Http2` | request ended |
//! | `Http2` | `WriteShut` | `Lingering` | tell `Shut` |
//! | `Http2` | `Gone` | `Closed` | tell `Closed(Open)` |
//! | `Upgraded` | `Flushed` | `Upgraded` | request ended |
//! | `Upgraded` | `RequestDropped` | `Upgraded` | request ended |
//! | `Upgraded` | `Gone` | `Closed` | request ended, tell `Closed(Upgraded)`, off the list |
//! | `Closing` | `RequestStarted` | `Active` | request started |
//! | `Closing` | `WriteShut` | `Lingering` | tell `Shut` |
//! | `Closing` | `Gone` | `Closed` | tell `Closed(Open)`, off the list |
//! | `Lingering` | `RequestStarted` | `Lingering` | request started |
//! | `Lingering` | `ResponseEnded` | `Lingering` | request ended |
//! | `Lingering` | `RequestDropped` | `Lingering` | request ended |
//! | `Lingering` | `Gone` | `Closed` | tell `Closed(Lingering)` |
//! | `Closed` | `ResponseEnded` | `Closed` | request ended, off the list |
//! | `Closed` | `RequestDropped` | `Closed` | request ended, off the list |
//!
//! The data of three states decides between two results:
//!
//! * `Active` becomes `Idle` only when its last request ends. If the server has read bytes of the
//!   next request meanwhile, `Active` becomes `ReadingHead` instead.
//! * `ReadingHead` becomes `Idle` at `BodyEnded` only if the body of the last request was unread
//!   when its response was complete. The bytes read since then may all belong to that body.
//! * A connection that has requests of HTTP/2 at `Gone` leaves the list when the last of their
//!   handlers has ended, because these handlers run in tasks of their own. Without such requests
//!   each connection leaves the list at `Gone`.
//!
//! # Actions
//!
//! | state | flag of the shutdown | action |
//! |---|---|---|
//! | any | `ABORT` | `Abort` |
//! | any | `REFUSE_WORK` | `Look`, once; the server refuses requests that come after the look |
//! | `New` | `CLOSE_SILENT` | `Look`, then `Close` |
//! | `Idle` or `ReadingHead`, body dropped | any or none | `Look` |
//! | `Idle`, body open | any or none | `Stay` |
//! | `Idle` | `CLOSE_IDLE` | `Look`, then `Close`, after `idle_grace` if it applies |
//! | `Idle` | not `CLOSE_IDLE`, two sweeps of the buffers passed | `Look`, then `Park` |
//! | `Http2` | `ANNOUNCE_CLOSE` | `GoAway`, once |
//!
//! If several rows apply, the first one wins. `idle_grace` applies to a connection whose last
//! response ended during the shutdown, and counts from that response.
//!
//! The body is that of the last request, whose handler may have answered before its end. While the
//! application may read more of the body, bytes on the connection may belong to it, and a request
//! may follow them. When the application has dropped the body, hyper reads the rest, or closes the
//! connection, at its next poll.
//!
//! `Look` gives the runtime one turn, so that the protocol reads the bytes that the kernel already
//! holds. If the connection is still in the same state afterwards, no bytes had arrived, and the
//! close loses no request.

mod class;
mod machine;
mod state;
mod transitions;
mod vocabulary;

#[cfg(test)]
mod tests;

pub use class::ConnectionClass;
pub(crate) use machine::Connection;
pub(crate) use vocabulary::{Admission, ConnAction, ConnInput, Effect};
