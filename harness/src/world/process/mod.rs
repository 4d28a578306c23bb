//! The process under test: started in its own session, watched, and killed with all its children.
//!
//! * `output`: a bounded tail of what the server writes
//! * `server`: the running server
//! * `spawn`: how it is started
//! * `tree`: which processes belong to it, and daemons that fled it

mod output;
mod server;
mod spawn;
mod tree;

pub(crate) use self::server::Server;
pub use self::tree::kill_orphans;
