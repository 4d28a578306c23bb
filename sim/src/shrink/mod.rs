//! From a case that fails to the smallest that fails in the same way.
//!
//! It is the case that is made smaller, never the seed: what is left is data, and says by itself
//! what it takes to fail.
//!
//! * `shrink`: takes what still fails, until nothing smaller does
//! * `alike`: whether a case fails in the same way
//! * `smaller`: what can be left out of a case, the boldest first
//! * `steps`: what can be left out of one script
//! * `fix`: what goes with what was left out
//! * `size`: what "smaller" means

mod alike;
mod fix;
#[expect(clippy::module_inception, reason = "the folder is named after what it does")]
mod shrink;
mod size;
mod smaller;
mod steps;
#[cfg(test)]
mod tests;

pub use self::alike::Likeness;
pub use self::shrink::{MOST_TRIES, Shrunk, shrink};
pub use self::size::Size;
