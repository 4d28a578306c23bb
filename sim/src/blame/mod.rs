//! Finds the event of a case after which the failure was certain.
//!
//! The events are the times of a case: when an actor continues, when a link changes, when the store
//! begins and ends to stall. For each *k*, the first *k* events keep their times. All later times,
//! and the tail seed, are drawn again. The share of such cases that fail in the same way is the
//! probability that the failure was already certain. Scripts and other conditions never change.
//!
//! * `events`: the events, and a case with later events drawn again
//! * `curve`: the probability of the failure after each event

mod curve;
mod events;

pub use self::curve::{Curve, DRAWS, Point, blame};
