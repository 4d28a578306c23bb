//! How the application observes the shutdown, and how it takes part.
//!
//! * `shutdown_handle`: [`ShutdownHandle`], the handle.
//! * `current`: the handle inside of a handler.
//! * `tracked`: [`Tracked`], a future that the shutdown waits for.
//! * `extract`: the handle as an axum extractor.

mod current;
#[cfg(feature = "axum")]
mod extract;
mod shutdown_handle;
mod tracked;

pub(crate) use current::Current;
#[cfg(feature = "axum")]
pub use extract::NoShutdownHandle;
pub use shutdown_handle::ShutdownHandle;
pub use tracked::{Aborted, Tracked};
