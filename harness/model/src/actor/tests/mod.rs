//! The actors on a stage whose world is a few pipes and a paused clock.
//!
//! * `bodies`: long bodies, and how checks judge them
//! * `fake`: that world
//! * `http1`, `http2`: what the two kinds of client do
//! * `run`: marks, probes, signals, deadlines

mod bodies;
mod fake;
mod http1;
mod http2;
mod run;
