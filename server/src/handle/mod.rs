//! What the application sees of the shutdown, and how it takes part.
//!
//! * `drain`: [`Drain`], the handle.
//! * `tracked`: [`Tracked`], a future that the shutdown waits for.

mod drain;
mod tracked;

pub use drain::Drain;
pub use tracked::{Aborted, Tracked};
