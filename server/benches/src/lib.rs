//! lastorders measured beside its peers.
//!
//! * [`bench`](mod@bench): the program `bench`: speed, memory, time to exit and lost requests, side
//!   by side
//! * [`loss`]: the program `loss`: requests lost in shutdowns under load
//! * [`soak`]: the program `soak`: start, load, SIGTERM, exit, again and again
//! * [`load`]: the clients that load a server in the other two programs, and the outcome of their
//!   requests
//! * [`network`]: the network between them: loopback, or a wire with a delay; [`process`] starts
//!   servers there
//! * [`subject`]: the measured servers, all behind one command line
//! * `clock`, `console`: real time, output for people

pub mod bench;
mod clock;
mod console;
pub mod load;
pub mod loss;
pub mod network;
pub mod process;
pub mod soak;
pub mod subject;
