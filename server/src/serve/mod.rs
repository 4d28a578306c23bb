//! Drives the state machines of [`drain`](crate::drain) over hyper. Only this module waits for
//! events.
//!
//! * `builder`: [`serve`] and [`Serve`], the public interface.
//! * `driver`: the loop that feeds the shutdown machine and performs its actions.
//! * `accept_state`: the listener, which is open, paused, being sealed or closed.
//! * `conn_task`: the task of one connection, which performs the actions of its machine.
//! * `conn_io`: the bytes of one connection, with or without hyper.
//! * `io`: the socket of one connection: reports reads and flushes, and closes without a reset.
//! * `service`: the application as hyper calls it; counts each request, and serves or refuses it.
//! * `body`: the bodies of requests and responses, which report when a request ends.
//! * `http`: the configuration of hyper.
//! * `buffer_sweeps`: takes the buffers from idle connections when too many connections hold some.
//! * `make_room`: closes idle connections when the seal finds no descriptor for queued ones.
//! * `release`: resources that are released after the last request.
//! * `emitter`: turns the steps of the driver into events.
//!
//! # How a request ends
//!
//! A request is in flight from its head until hyper has handed its response to the socket:
//!
//! 1. hyper reads a head and calls `service`, which makes a [`body::RequestGuard`]. On HTTP/1 hyper
//!    polls the response's future in the same turn, and the first poll counts the request:
//!    `RequestStarted`. On HTTP/2 the first poll may come later, so the call counts the request.
//! 2. The handler returns a response. If the shutdown has begun, the head of a response of HTTP/1
//!    announces the close. The guard moves into the response's body.
//! 3. hyper takes the last frame of the response's body, and drops the body with the guard:
//!    `ResponseEnded`. On HTTP/2 the request ends here, because hyper does not report when it has
//!    flushed the frames of one stream. The connection stays open until hyper has flushed all
//!    frames.
//! 4. On HTTP/1 hyper's buffer still holds the response. hyper writes the buffer and flushes `io`:
//!    `Flushed`. Now the request has ended. Once the shutdown has begun, its machine counts the
//!    request as finished.
//!
//! Most requests of HTTP/1 lock their connection in step 1 only. `ResponseEnded` and, while the
//! server serves, `Flushed` are noted without the lock. The next thread that locks the connection
//! hands them to the connection's machine.
//!
//! A handler may be dropped before step 2: with its connection or, on HTTP/2, because the client
//! has reset the stream. Then `RequestDropped` ends the request. When a connection of HTTP/1 ends,
//! `Gone` ends all its requests.
//!
//! The body of the request ends separately: `BodyEnded` when the application has read the whole
//! body, `BodyDropped` when the application has dropped the body before that. Until then the next
//! bytes on the connection may belong to the body. So the server neither parks nor closes such a
//! connection before the deadline.

mod accept_state;
mod body;
mod buffer_sweeps;
mod builder;
mod conn_io;
mod conn_task;
mod driver;
mod emitter;
mod http;
mod io;
mod make_room;
mod release;
mod service;

#[cfg(all(test, feature = "axum"))]
mod tests;

pub use body::RequestBody;
pub use builder::{Serve, serve};
pub use release::IntoReleased;

/// The common type of an application's errors.
pub(crate) type BoxError = Box<dyn std::error::Error + Send + Sync>;
