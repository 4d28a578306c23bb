//! Load on a server that is shut down in the middle of it, and the outcome of every request.
//!
//! * [`Load`]: clients, each of a [`ClientKind`], which run until the server refuses them
//! * `http1_clients`, `http2_client`: the behaviour of each kind of client
//! * [`Connection`]: the judge's HTTP/1.1 client over TCP, with exact outcomes: an
//!   [`Answer`](lastorders_model::history::Answer), a [`Loss`], or [`NotOpened`]
//! * [`Trigger`], [`TriggerPoint`]: when the signal is sent; `random`: the choices of a load
//! * [`Tally`]: the counted outcomes

mod client;
mod client_kind;
mod connection;
mod http1_clients;
mod http2_client;
mod run;
mod tally;
mod trigger;

pub use client_kind::ClientKind;
pub use connection::{Connection, Loss, NotOpened};
pub use run::Load;
pub use tally::Tally;
pub(crate) use trigger::random;
pub use trigger::{Trigger, TriggerPoint};
