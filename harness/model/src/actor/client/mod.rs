//! The raw clients: exact bytes out, and a record of every answer, FIN, reset and cut.
//!
//! * `connection`: one connection with its requests, of either protocol
//! * `health`: one `GET /health`, for probes
//! * `http1`: exact bytes of HTTP/1.1
//! * `received`: the outcome of waiting for a response
//! * `response`, `chunked`: responses of HTTP/1.1, read with bounds because the peer may be hostile
//! * `http2`, `tap`: HTTP/2, with a library that borrows the stream
//! * `script`: a client's steps

mod chunked;
mod connection;
mod health;
mod http1;
mod http2;
mod received;
mod response;
mod script;
mod tap;

pub use self::connection::connect_error;
pub use self::health::ask_health;
pub use self::http1::Http1;
pub use self::http2::Http2;
pub use self::received::Received;
pub(super) use self::script::run;
