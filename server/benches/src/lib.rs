//! lastorders measured beside its peers.
//!
//! * [`subject`]: the servers that are measured, all behind one command line
//! * [`server`]: one of them as a process that was started; [`contender`] says which, and with
//!   which policy
//! * [`client`]: a client that spends little and checks every answer
//! * [`figure`]: what is measured, one figure a file
//! * [`table`]: the figures side by side
//! * [`program`]: the program `bench`: from its command line to the table
//! * [`clock`], [`error`], [`limits`], [`machine`], [`progress`], [`stats`]: small things

pub mod client;
pub mod clock;
pub mod contender;
pub mod error;
pub mod figure;
pub mod limits;
pub mod machine;
pub mod program;
pub mod progress;
pub mod server;
pub mod stats;
pub mod subject;
pub mod table;
