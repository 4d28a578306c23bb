//! lastorders measured beside its peers.
//!
//! * [`bench`](mod@bench): the program `bench`: speed, memory, time to exit and lost requests, side
//!   by side
//! * [`loss`]: the program `loss`: requests lost in shutdowns under load
//! * [`soak`]: the program `soak`: start, load, SIGTERM, exit, again and again
//! * [`load`]: what these two load a server with, and what became of it
//! * [`network`]: where they do it: loopback, or a wire with a delay; [`process`] starts servers
//!   there
//! * [`subject`]: the servers that are measured, all behind one command line
//! * [`clock`], [`console`], [`progress`], `seed`: small things

pub mod bench;
pub mod clock;
pub mod console;
pub mod load;
pub mod loss;
pub mod network;
pub mod process;
pub mod progress;
mod seed;
pub mod soak;
pub mod subject;
