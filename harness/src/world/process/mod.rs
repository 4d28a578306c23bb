//! The process under test: started alone, watched, and gone afterwards with all its children.
//!
//! * `guard`: a process that kills what we started when we are killed ourselves
//! * `output`: a bounded tail of what the server writes
//! * `server`: the running server
//! * `spawn`: how it is started
//! * `tree`: who belongs to it

mod guard;
mod output;
mod server;
mod spawn;
mod tree;

pub use self::guard::Guard;
pub(crate) use self::server::{Exit, Server};
