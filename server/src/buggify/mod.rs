//! Fault injection: forces correct but rare paths, such as one-byte reads.
//!
//! A loaded machine, many threads or many clients take these paths now and then. A simulator takes
//! them on purpose, in a build with `--cfg lastorders_sim`; only there this module is public. The
//! cfg is a flag of rustc and no cargo feature, because cargo unifies features across a workspace.
//! In every other build `buggify` is a constant `false`.
//!
//! * `site`: [`Site`], the places in the server, and `yield_maybe`.
//! * `switch`: decides, on this thread, which sites are taken.

mod site;
#[cfg(lastorders_sim)]
mod switch;

#[cfg(lastorders_sim)]
pub use site::Site;
pub(crate) use site::yield_maybe;
#[cfg(not(lastorders_sim))]
pub(crate) use site::{Site, buggify};
#[cfg(lastorders_sim)]
pub(crate) use switch::buggify;
#[cfg(lastorders_sim)]
pub use switch::{Guard, on_this_thread};
