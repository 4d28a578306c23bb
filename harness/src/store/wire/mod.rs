//! Postgres's wire protocol, as far as the proxy reads it: bytes in, decisions out, no sockets.
//!
//! * `scan`: cuts a stream into messages without buffering one
//! * `requests`: the messages of the server under test: startup, queries, `Terminate`
//! * `statements`: which queries insert rows
//! * `answers`: the messages of Postgres, and which of them an acknowledgement gate withholds

mod answers;
mod requests;
mod scan;
mod statements;

pub(super) use self::answers::{Answer, Answers, View};
pub(super) use self::requests::{Request, Requests};
