//! The actors in a world of in-memory pipes with a paused clock.
//!
//! * `bodies`: long bodies, and the findings about them
//! * `fake`: the world
//! * `http1`, `http2`: the clients of both protocols
//! * `run`: marks, probes, signals, deadlines

mod bodies;
mod fake;
mod http1;
mod http2;
mod run;
