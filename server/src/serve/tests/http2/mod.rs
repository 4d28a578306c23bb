//! HTTP/2, frame by frame.
//!
//! * `frames`: what a client needs of it.

mod frames;

mod goodbye;
mod streams;
mod tunnels;
