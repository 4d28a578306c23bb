//! The process under test: started alone, watched, and gone afterwards with all its children.
//!
//! * `orphans`: daemons of servers, which fled everything by which they could be told
//! * `output`: a bounded tail of what the server writes
//! * `server`: the running server
//! * `spawn`: how it is started
//! * `tree`: who belongs to it

mod orphans;
mod output;
mod server;
mod spawn;
mod tree;

pub use self::orphans::kill_orphans;
pub(crate) use self::server::Server;
