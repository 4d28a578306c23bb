//! Sources of connections.
//!
//! * `source`: [`Listener`], and [`SealContext`], the argument of its `seal`.
//! * `method`: [`SealMethod`], how a listener was closed.
//! * `shared`: [`Shared`], a listener whose socket another process has open too.
//! * `begin_at`: [`BeginAt`], a listener whose sealing skips the first methods.
//!
//! [`Listener`] is implemented for tokio's TCP and Unix listeners.

mod begin_at;
mod method;
mod shared;
mod source;

pub use begin_at::BeginAt;
pub use method::SealMethod;
pub use shared::{Handover, Shared};
pub(crate) use source::{FAILURES, LONGEST_QUEUE, concerns_one_connection};
pub use source::{Listener, SealContext};
