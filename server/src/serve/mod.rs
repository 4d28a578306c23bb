//! Drives the machines over hyper: the only code that waits.
//!
//! * `builder`: [`Serve`], what a caller sees.
//! * `driver`: the loop that feeds the shutdown machine and carries out its actions.
//! * `accept_state`: the listener, while it is open, rests, is being sealed or is closed.
//! * `conn_task`: the task of one connection, which carries out what the connection's machine asks.
//! * `conn_io`: the bytes of one connection, with or without hyper.
//! * `io`: the socket of one connection: reports reads and flushes, and closes in good order.
//! * `service`: the application as hyper calls it; counts each request, and serves or refuses it.
//! * `body`: the bodies of requests and responses, which say when a request ends.
//! * `http`: how hyper is set up.
//! * `parking`: takes the buffers from idle connections where there are many.
//! * `make_room`: closes idle connections where descriptors are short.
//! * `release`: resources that are released at the end.
//! * `emitter`: makes events of what the driver does.
//!
//! # How a request ends
//!
//! A request is in flight from its head until its response has been handed to the socket:
//!
//! 1. hyper has read a head and calls `service`: `RequestStarted`. A [`body::RequestGuard`] goes with
//!    the request from here on.
//! 2. The handler returns a response. Its head announces the close if the shutdown has begun. The
//!    guard moves into the response's body.
//! 3. hyper takes the last frame of the response's body and drops the body, and the guard with it:
//!    `ResponseEnded`. On HTTP/2 the request ends here, because hyper does not say when the frames of
//!    one stream were flushed; the connection stays until all are.
//! 4. On HTTP/1 hyper's buffer still holds the response. hyper writes the buffer and flushes `io`:
//!    `Flushed`. Now the request has ended, and the shutdown machine counts it as finished.
//!
//! A handler that is dropped before step 2, with its connection or by a panic of hyper's task, ends
//! the request by `RequestDropped`. A connection of HTTP/1 that ends takes its requests with it:
//! `Gone`.
//!
//! The body of the request ends on its own: `BodyEnded` when the application has read it to its end,
//! `BodyDropped` when the application has dropped it before. Until then the bytes on the connection
//! may belong to that body, so the connection is neither parked nor closed without hyper.

mod accept_state;
mod body;
mod builder;
mod conn_io;
mod conn_task;
mod driver;
mod emitter;
mod http;
mod io;
mod make_room;
mod parking;
mod release;
mod service;

#[cfg(all(test, feature = "axum"))]
mod tests;

pub use body::RequestBody;
pub use builder::{Serve, serve};
pub use release::IntoReleased;

/// What an application's errors are turned into.
pub(crate) type BoxError = Box<dyn std::error::Error + Send + Sync>;
