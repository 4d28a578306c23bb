//! The three parts together, against real servers and a real Postgres.
//!
//! * `rules/`: what holds of the source itself: who may depend on whom, and how large things are

mod rules;
