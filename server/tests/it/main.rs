//! The crate from outside, over real sockets and with real processes.
//!
//! * `examples`: every example, run as its reader would run it.
//! * `sockets`: what becomes of a connection when the kernel has a say in it.

mod examples;
mod sockets;
