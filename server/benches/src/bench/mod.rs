//! Speed, memory and time to exit, all servers side by side.
//!
//! * `program`: from the command line to the table
//! * `figure`: what is measured, one figure a file
//! * `contender`, `server`: who takes part; one of them as a process
//! * `client`: a client that spends little and checks every answer
//! * `table`: the figures side by side
//! * `error`, `limits`, `machine`, `stats`: small things

mod client;
mod contender;
mod error;
mod figure;
mod limits;
mod machine;
mod program;
mod server;
mod stats;
mod table;

pub use program::main;
