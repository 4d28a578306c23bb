//! The TCP proxy between the server under test and Postgres.
//!
//! * `gate`: the acknowledgement gate, shared by all sessions
//! * `listen`: accepts, and ends everything when the proxy is closed
//! * `session`: one connection, from its first byte to its end
//! * `state`: what the proxy and its sessions share

mod gate;
mod listen;
mod session;
mod state;

pub(super) use self::listen::Proxy;
pub(super) use self::state::Address;
