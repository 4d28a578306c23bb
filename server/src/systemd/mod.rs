#![doc = include_str!("../../docs/systemd.md")]

mod messages;
mod notifier;
mod sockets;

#[cfg(all(test, feature = "axum"))]
mod tests;

pub(crate) use messages::messages;
pub use notifier::Notifier;
pub use sockets::{SocketFault, Sockets, SocketsError, sockets};
