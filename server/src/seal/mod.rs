//! Closes tokio's listeners without losing handshakes: several methods, the best possible one
//! first.
//!
//! * `tokio_listeners`: [`Listener`](crate::Listener) for tokio's listeners; tries the methods in
//!   order.
//! * `linux`: the methods that need Linux: a full sink, and a filter that drops SYN.
//! * `accept_queued`: the last method, which is possible everywhere.
//!
//! The first method, for a socket that another process has open too, is
//! [`Shared`](crate::listener::Shared).

mod accept_queued;
#[cfg(target_os = "linux")]
mod linux;
mod tokio_listeners;

#[cfg(all(test, feature = "axum"))]
mod tests;
