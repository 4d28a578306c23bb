//! Postgres's wire protocol, as far as the proxy reads it: bytes in, decisions out, no sockets.
//!
//! * `scan`: cuts a stream into messages without ever keeping one
//! * `requests`: what the server under test says: startup, work, farewell
//! * `statements`: which of that inserts rows
//! * `answers`: what Postgres says, and which of it an acknowledgement gate withholds

mod answers;
mod requests;
mod scan;
mod statements;

pub(super) use self::answers::{Answer, Answers, View};
pub(super) use self::requests::{Request, Requests};
