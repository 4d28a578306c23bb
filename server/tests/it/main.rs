//! The crate from outside, over real sockets and with real processes.
//!
//! * `examples`: every example, run as its reader would run it.

mod examples;
