//! TLS on a paused clock and in-memory connections.
//!
//! * `peers`: a certificate, and a server and a client that use it.
//! * `draining`: connections in every state of a handshake when the shutdown begins.
//! * `serving`: handshakes without a shutdown.

mod draining;
mod peers;
mod serving;
