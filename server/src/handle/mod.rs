//! What the application sees of the shutdown, and how it takes part.
//!
//! * `drain`: [`Drain`], the handle.
//! * `tracked`: [`Tracked`], a future that the shutdown waits for.
//! * `extract`: the handle as an extractor of axum's.

mod drain;
#[cfg(feature = "axum")]
mod extract;
mod tracked;

pub use drain::Drain;
#[cfg(feature = "axum")]
pub use extract::NoDrain;
pub use tracked::{Aborted, Tracked};
