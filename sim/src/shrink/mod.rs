//! From a case that fails to the smallest that fails in the same way.
//!
//! It is the case that is made smaller, never the seed: what is left is data, and says by itself
//! what it takes to fail.
//!
//! * `smaller`: the next smaller cases of a case, the boldest first
//! * `shrink`: takes what still fails, until nothing smaller does
//! * `size`: what "smaller" means

#[expect(clippy::module_inception, reason = "the folder is named after what it does")]
mod shrink;
mod size;
mod smaller;

pub use self::shrink::{Shrunk, shrink};
pub use self::size::Size;
