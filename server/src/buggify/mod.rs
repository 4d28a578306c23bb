//! Fault injection: forces correct but rare paths, such as one-byte reads.
//!
//! A loaded machine, many threads or many clients take these paths now and then. A simulator takes
//! them on purpose. This module is in a build with `--cfg lastorders_sim` only. The cfg is a flag
//! of rustc and no cargo feature, because cargo unifies features across a workspace.
//!
//! * `site`: [`Site`], the places in the server, which the private module `hooks` holds.
//! * `switch`: decides, on this thread, which sites are taken.

mod site;
mod switch;

pub use site::Site;
pub use switch::{Guard, on_this_thread};
pub(crate) use switch::{buggify, is_enabled};
