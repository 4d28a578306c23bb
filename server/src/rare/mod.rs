//! Branches that are right and rarely taken, for whoever has to see them taken: what a loaded
//! machine, many threads or a crowd of clients bring about once in a long while.
//!
//! Never in a build that serves anybody: without the feature of this name `rarely` is a constant
//! `false`, and the compiler leaves out what hangs on it.
//!
//! * `site`: [`Rare`], the list, and the question that each place in the server asks.
//! * `name`: what they are called.
//! * `switch`: which are taken, on this thread.

#[cfg(feature = "rare")]
mod name;
mod site;
#[cfg(feature = "rare")]
mod switch;

#[cfg(feature = "rare")]
pub use site::Rare;
pub(crate) use site::give_way;
#[cfg(not(feature = "rare"))]
pub(crate) use site::{Rare, rarely};
#[cfg(feature = "rare")]
pub(crate) use switch::rarely;
#[cfg(feature = "rare")]
pub use switch::{Here, here};
