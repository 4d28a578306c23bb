//! The clients: each function writes the script of one kind of client.
//!
//! * `http1`: whole requests over HTTP/1.1
//! * `http2_and_upgraded`: connections that do not stay HTTP/1.1
//! * `kind`: [`ClientKind`], and which function writes the script of a kind
//! * `partial`: requests and reads in parts, late, or not at all

mod http1;
mod http2_and_upgraded;
mod kind;
mod partial;

pub use self::kind::ClientKind;
pub(super) use self::kind::write;
