//! Closing a listener without losing handshakes: a ladder of ways, the best that is possible first.
//!
//! * `ladder`: the way down, rung by rung, for tokio's TCP listener.
//! * `shared`: the first rung, for a socket that is not ours alone.
//! * `linux`: the rungs that need Linux: a full sink, and a filter that drops SYN.
//! * `accept_until_empty`: the last rung, which is possible everywhere.
//! * [`Door`]: what every rung is given.
//! * [`Rung`]: which one was taken.
//! * `begin_at`: for whoever wants to begin lower down.

mod accept_until_empty;
mod begin_at;
mod door;
mod ladder;
#[cfg(target_os = "linux")]
mod linux;
mod rung;
mod shared;

#[cfg(all(test, feature = "axum"))]
mod tests;

pub(crate) use accept_until_empty::{accept_until_empty, unix};
pub use begin_at::BeginAt;
pub use door::Door;
pub(crate) use ladder::tcp;
pub use rung::Rung;
pub use shared::{Handover, Shared};
