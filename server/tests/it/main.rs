//! The crate from outside, over real sockets and with real processes.
//!
//! * `descriptors`: a process that may open no more of them.
//! * `examples`: every example, run as its reader would run it.
//! * `faults`: the table of faults that ours must not have, held to the source.
//! * `signals`: those of the operating system.
//! * `sockets`: what becomes of a connection when the kernel has a say in it.
//! * `start_up`: the reference program, told to stop before it has begun.

// Most of them are written with axum.
#[cfg(feature = "axum")]
mod descriptors;
#[cfg(feature = "axum")]
mod examples;
mod faults;
#[cfg(feature = "axum")]
mod signals;
#[cfg(feature = "axum")]
mod sockets;
#[cfg(feature = "reference")]
mod start_up;
