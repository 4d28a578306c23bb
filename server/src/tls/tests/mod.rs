//! TLS on a paused clock and in-memory connections.
//!
//! * `peers`: a certificate, and the two sides that know it.
//! * `draining`: connections in every stage of a handshake when the shutdown begins.
//! * `serving`: handshakes while nothing else happens.

mod draining;
mod peers;
mod serving;
