//! HTTP/2, frame by frame.
//!
//! * `frames`: the frames that a test client needs.
//! * `goodbye`, `streams`, `tunnels`: the tests.

mod frames;

mod goodbye;
mod streams;
mod tunnels;
