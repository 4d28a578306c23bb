//! The raw HTTP/1.1 client: exact bytes out, and a record of every answer, FIN, reset and cut.
//!
//! * `connection`: one connection and the requests on it
//! * `pooled`: the other kind of client, an HTTP library with a connection pool
//! * `response`: responses, read with bounds from a peer that may be hostile
//! * `script`: a client's steps

mod connection;
mod pooled;
mod response;
mod script;

pub(super) use self::connection::{Received, connect};
pub(super) use self::pooled::run as run_pooled;
pub(super) use self::script::run;
