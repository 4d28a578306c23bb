//! Bugs that are injected into our server. A sweep that misses these bugs finds no bugs in any
//! other server either.
//!
//! All bugs but one are in the server, so that the real program can have the same bugs. Only a
//! build with `--cfg lastorders_sim` has the bugs in the server: see `server/src/injected.rs`.
//! Every other build knows their names, and [`BUILT_IN`] is `false`. The exception is a wrapper in
//! this module, which is in every build.
//!
//! * `bug`: [`Bug`], the description of a bug
//! * `table`: every bug, one function a bug
//! * `wrong_goaway`: the wrapper that makes the exception

mod bug;
mod table;
#[cfg(test)]
mod tests;
mod wrong_goaway;

pub(crate) use self::bug::HINT;
pub use self::bug::{BUILT_IN, Bug, Made, NotBuiltIn};
pub(crate) use self::wrong_goaway::WrongGoaway;
