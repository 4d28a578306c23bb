//! Postgres's wire protocol, as far as the proxy reads it: bytes in, decisions out, no sockets.
//!
//! * `scan`: cuts a stream into messages without ever keeping one
//! * `requests`: what the server under test says: startup, work, farewell
//! * `answers`: what Postgres says, and which of it an acknowledgement gate withholds

mod answers;
mod requests;
mod scan;

pub(super) use self::answers::{Answer, Answers};
pub(super) use self::requests::{Request, Requests};
