//! Closes a listener without losing handshakes: several methods, the best possible one first.
//!
//! * `fallbacks`: tries the methods in order, for tokio's TCP listener.
//! * `shared`: the first method, for a socket that another process holds too.
//! * `linux`: the methods that need Linux: a full sink, and a filter that drops SYN.
//! * `accept_until_empty`: the last method, which is possible everywhere.
//! * [`SealContext`]: the argument of every method.
//! * [`SealMethod`]: the method that was taken.
//! * `begin_at`: a wrapper that skips the first methods.

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
