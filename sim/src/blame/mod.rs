//! After which event of a case the failure could not be averted any more.
//!
//! The events are what the case says about time: when an actor goes on, when something happens to
//! a link, when the store begins and ends to stand still. For each *k* the first *k* stay as they
//! are, the times of all later ones are drawn anew, and the tail seed with them; how many of so
//! many such cases fail in the same way is the probability that the failure was already bound to
//! come. Who does what, and what else the conditions are, is never changed.
//!
//! * `events`: the events, and a case whose later events are drawn anew
//! * `curve`: how likely the failure is after each event

mod curve;
mod events;

pub use self::curve::{Curve, DRAWS, Point, blame};
