//! The raw clients: exact bytes out, and a record of every answer, FIN, reset and cut.
//!
//! * `connection`: one connection and the requests on it, whatever it speaks
//! * `health`: one `GET /health`, for probes
//! * `http1`: exact bytes of HTTP/1.1
//! * `response`, `chunked`: responses of HTTP/1.1, read with bounds because the peer may be hostile
//! * `http2`, `tap`: HTTP/2, by a library that borrows the stream
//! * `script`: a client's steps

mod chunked;
mod connection;
mod health;
mod http1;
mod http2;
mod response;
mod script;
mod tap;

pub use self::connection::{Received, connect_error};
pub use self::health::ask_health;
pub use self::http1::Http1;
pub use self::http2::Http2;
pub(super) use self::script::run;
