//! Bugs that can be planted in the shutdown, for whoever has to show that he would find them.
//!
//! Never in a build that serves anybody: without the feature of this name `planted` is a constant
//! `false`, and the compiler leaves out what hangs on it.
//!
//! * `bug`: [`Planted`], the list, and the question that each place in the server asks.
//! * `name`: what the bugs are called.
//! * `switch`: which bug is planted, on this thread or in this process.
//! * `before`: what one of them remembers.

mod before;
mod bug;
#[cfg(feature = "planted")]
mod name;
#[cfg(feature = "planted")]
mod switch;

pub(crate) use before::Before;
#[cfg(feature = "planted")]
pub use bug::Planted;
#[cfg(not(feature = "planted"))]
pub(crate) use bug::{Planted, planted};
#[cfg(feature = "planted")]
pub use name::Unknown;
#[cfg(feature = "planted")]
pub(crate) use switch::planted;
#[cfg(feature = "planted")]
pub use switch::{Here, everywhere, here};
