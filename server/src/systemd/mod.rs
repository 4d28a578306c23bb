#![doc = include_str!("../../docs/systemd.md")]

mod follow;
mod notifier;
mod sockets;

#[cfg(all(test, feature = "axum"))]
mod tests;

pub(crate) use follow::follow;
pub use notifier::Notifier;
pub use sockets::{SocketFault, Sockets, SocketsError, sockets};
