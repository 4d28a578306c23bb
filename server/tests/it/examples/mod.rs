//! Every example runs as a process of its own, is used, is told to stop, and is held to how it
//! ends.
//!
//! * `process`: an example that runs.
//! * `built`: where its program is, and that it is not an old one.
//! * `manager`: a service manager, which passes sockets and is told how the service is.

mod built;
#[cfg(all(feature = "systemd", target_os = "linux"))]
mod manager;
pub(crate) mod process;

mod axum;
mod blocking;
#[cfg(all(feature = "systemd", target_os = "linux"))]
mod handover;
mod hyper;
mod sse;
#[cfg(all(feature = "systemd", target_os = "linux"))]
mod systemd;
#[cfg(all(feature = "http2", feature = "tls"))]
mod tls;
mod unheard;
mod unix;
mod websocket;
mod worker;
