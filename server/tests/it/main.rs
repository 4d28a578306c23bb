//! The crate from outside, over real sockets and with real processes.
//!
//! * `examples`: every example, run as its reader would run it.

// Most of them are written with axum.
#[cfg(feature = "axum")]
mod examples;
