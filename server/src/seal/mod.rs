//! Closing a listener without losing handshakes: a ladder of ways, the best that is possible first.
//!
//! * `accept_until_empty`: the last rung, which is possible everywhere.
//! * [`Door`]: what every rung is given.
//! * [`Rung`]: which one was taken.

mod accept_until_empty;
mod door;
mod rung;
mod shared;

pub(crate) use accept_until_empty::{accept_until_empty, tcp, unix};
pub use door::Door;
pub use rung::Rung;
pub use shared::{Handover, Shared};
