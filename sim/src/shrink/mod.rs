//! Reduces a failing case to the smallest case that fails in the same way.
//!
//! Shrinking changes the case and never the seed: the result is data, and shows by itself what a
//! failure needs.
//!
//! * `shrink`: applies reductions until nothing smaller fails
//! * `alike`: decides whether a case fails in the same way
//! * `smaller`: all reductions of a case, the boldest first
//! * `steps`: reductions of one script
//! * `fix`: removes steps that a reduction made pointless
//! * `size`: the order in which cases are smaller

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
