//! Bugs that are injected into our server, one a file. A sweep that does not find these bugs finds
//! no bugs in any other server either.
//!
//! Most are in the server itself, so that the real program can have the same bug. Only a build with
//! `--cfg lastorders_sim` has these bugs: see `server/src/injected.rs`. In every other build their
//! names are known, and [`BUILT_IN`] is `false`. The one bug that would disfigure the server is a
//! wrapper here, in every build.
//!
//! * `bug`: what is known of each, [`Bug`]
//! * `wrong_goaway`: besides its bug, the wrapper that makes it

mod bug;

mod aborted_early;
mod canary;
mod counted_by_handler;
mod counter_leaked;
mod deadline_restarts;
mod executed_after_fin;
mod health_late;
mod idle_closed_unread;
mod lame_duck_skipped;
mod listener_dropped;
mod no_connection_close;
mod pool_first;
mod readiness_after_seal;
mod release_unbounded;
mod second_signal_fatal;
mod second_signal_ignored;
mod upgraded_forgotten;
mod wrong_goaway;

#[cfg(test)]
mod tests;

pub(crate) use self::bug::HINT;
pub use self::bug::{BUILT_IN, Bug, Made, NotBuiltIn};
pub(crate) use self::wrong_goaway::WrongGoaway;
