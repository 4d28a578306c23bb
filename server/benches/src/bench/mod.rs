//! Speed, memory and time to exit of all servers, side by side.
//!
//! * `program`: from the command line to the table
//! * `figure`: the figures, one a file
//! * `policy_variant`: the servers, and how a figure starts and ends them
//! * `client`: a client that uses little processor time and checks every answer
//! * `table`: the figures side by side, as text or Markdown
//! * `machine`: this machine's description, and its limit on open files
//! * `error`, `stats`: why a figure is missing; medians

mod client;
mod error;
mod figure;
mod machine;
mod policy_variant;
mod program;
mod stats;
mod table;

pub use program::main;
