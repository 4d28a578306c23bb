//! Load on a server that is going to be shut down in the middle of it, and what became of it.
//!
//! * [`Load`]: clients, each of a [`Habit`], until they have nobody left to talk to
//! * `habits`: what the habits are, one a file
//! * [`Connection`]: HTTP/1.1, told exactly: an [`Answer`], a [`Loss`], or [`NotOpened`]
//! * [`Trigger`], [`Moment`]: when the signal is sent
//! * [`Tally`]: what became of requests and connects

mod client;
mod connection;
mod habit;
mod habits;
mod run;
mod tally;
mod trigger;

pub use connection::{Answer, Connection, Loss, NotOpened};
pub use habit::Habit;
pub use run::Load;
pub use tally::Tally;
pub use trigger::{Moment, Trigger};
