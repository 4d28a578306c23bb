//! Load on a server that is shut down in the middle of it, and the outcome of every request.
//!
//! * [`Load`]: clients, each of a [`ClientKind`], which run until the server refuses them
//! * `client_kinds`: the behaviour of each kind of client, one a file
//! * [`Connection`]: HTTP/1.1 with exact outcomes: an [`Answer`], a [`Loss`], or [`NotOpened`]
//! * [`Trigger`], [`TriggerPoint`]: when the signal is sent
//! * [`Tally`]: the counted outcomes

mod client;
mod client_kind;
mod client_kinds;
mod connection;
mod run;
mod tally;
mod trigger;

pub use client_kind::ClientKind;
pub use connection::{Answer, Connection, Loss, NotOpened};
pub use run::Load;
pub use tally::Tally;
pub use trigger::{Trigger, TriggerPoint};
