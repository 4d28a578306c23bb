//! Closing a listener without losing handshakes: a ladder of ways, the best that is possible first.
//!
//! * `ladder`: the way down, method by method, for tokio's TCP listener.
//! * `shared`: the first method, for a socket that is not ours alone.
//! * `linux`: the methods that need Linux: a full sink, and a filter that drops SYN.
//! * `accept_until_empty`: the last method, which is possible everywhere.
//! * [`SealContext`]: what every method is given.
//! * [`SealMethod`]: which one was taken.
//! * `begin_at`: for whoever wants to begin lower down.

mod accept_until_empty;
mod begin_at;
mod context;
mod fallbacks;
#[cfg(target_os = "linux")]
mod linux;
mod method;
mod shared;

#[cfg(all(test, feature = "axum"))]
mod tests;

pub(crate) use accept_until_empty::{accept_until_empty, unix};
pub use begin_at::BeginAt;
pub use context::SealContext;
pub(crate) use fallbacks::tcp;
pub use method::SealMethod;
pub use shared::{Handover, Shared};
