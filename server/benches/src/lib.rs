//! lastorders measured beside its peers.
//!
//! * [`subject`]: the servers that are measured, all behind one command line
//! * [`server`]: one of them as a process that was started; [`contender`] says which, and with
//!   which policy
//! * [`client`]: a client that spends little and checks every answer
//! * [`figure`]: what is measured, one figure a file
//! * [`table`]: the figures side by side
//! * [`program`]: the program `bench`: from its command line to the table
//! * [`loss`]: the program `loss`: requests lost in shutdowns under load
//! * [`soak`]: the program `soak`: start, load, SIGTERM, exit, again and again
//! * [`load`]: what these two load a server with, and what became of it
//! * [`network`]: where they do it: loopback, or a wire with a delay; [`process`] starts servers
//!   there
//! * [`clock`], [`console`], [`error`], [`limits`], [`machine`], [`progress`], [`stats`], `seed`:
//!   small things

pub mod client;
pub mod clock;
pub mod console;
pub mod contender;
pub mod error;
pub mod figure;
pub mod limits;
pub mod load;
pub mod loss;
pub mod machine;
pub mod network;
pub mod process;
pub mod program;
pub mod progress;
mod seed;
pub mod server;
pub mod soak;
pub mod stats;
pub mod subject;
pub mod table;
