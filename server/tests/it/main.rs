//! Tests of the crate from outside, over real sockets and with real processes.
//!
//! * `descriptors`: a process without free file descriptors.
//! * `examples`: runs every example as its reader would.
//! * `faults`: checks that the tests named in the table of faults exist.
//! * `signals`: signals of the operating system.
//! * `sockets`: connections whose fate depends on the kernel.
//! * `http`: a client of exact bytes. Its answers are in `answer`, which the unit tests use too.
//! * `within`: a bound on every wait.
//! * `start_up`: stops the reference program before its start is complete.

// Most examples use axum.
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
