//! The crate from outside, over real sockets and with real processes.
//!
//! * `descriptors`: a process that may open no more of them.
//! * `examples`: every example, run as its reader would run it.
//! * `faults`: the table of faults that ours must not have, held to the source.
//! * `signals`: those of the operating system.
//! * `sockets`: what becomes of a connection when the kernel has a say in it.
//! * `http`: a client of exact bytes; `answer`, which the library's own tests share: what it reads.
//! * `within`: how long anything may take.
//! * `start_up`: the reference program, told to stop before it has begun.

// Most of them are written with axum.
#[cfg(feature = "axum")]
#[path = "../../src/testing/answer.rs"]
mod answer;
#[cfg(feature = "axum")]
mod descriptors;
#[cfg(feature = "axum")]
mod examples;
mod faults;
#[cfg(feature = "axum")]
mod http;
#[cfg(feature = "axum")]
mod signals;
#[cfg(feature = "axum")]
mod sockets;
#[cfg(feature = "reference")]
mod start_up;
#[cfg(feature = "axum")]
mod within;
