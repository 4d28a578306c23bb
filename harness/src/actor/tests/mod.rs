//! The actors on a stage whose world is a few pipes and a paused clock.
//!
//! * `fake`: that world
//! * `http1`, `http2`: what the two kinds of client do
//! * `run`: marks, probes, signals, deadlines

mod fake;
mod http1;
mod http2;
mod run;
