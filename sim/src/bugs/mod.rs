//! Bugs that are planted in our server, one a file: a sweep that does not find them finds nothing
//! in any other server either.
//!
//! Most are in the server itself, behind its feature `planted`, so that the real program can be
//! built with the same bug: see `lastorders::planted`. One that would disfigure it is a wrapper
//! here.
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

pub use self::bug::{Bug, Made};
pub(crate) use self::wrong_goaway::WrongGoaway;
