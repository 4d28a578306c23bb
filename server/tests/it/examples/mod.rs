//! Each test runs an example as a process of its own, uses it, stops it, and checks how it ends.
//!
//! * `process`: a running example.
//! * `built`: the path of an example's program, and a check that the program is up to date.
//! * `manager`: a service manager, which passes sockets and receives notifications.

mod built;
#[cfg(all(feature = "systemd", target_os = "linux"))]
mod manager;
pub(crate) mod process;

mod axum;
mod blocking;
mod closed_stdout;
#[cfg(all(feature = "systemd", target_os = "linux"))]
mod handover;
mod hyper;
mod observe;
mod sse;
#[cfg(all(feature = "systemd", target_os = "linux"))]
mod systemd;
#[cfg(all(feature = "http2", feature = "tls"))]
mod tls;
mod unix;
mod websocket;
mod worker;
