//! The real world: carries out a plan against a real process, and records what it sees.
//!
//! * `process/`: the server's process, its children, its output
//! * `world`: what the actors of a plan need of it
//! * `carry_out`: one plan, from the start of the process to the count of the rows
//! * `lag`: how far this machine's clock can be believed
//! * `listener`, `ports`, `sockets`, `snapshot`: what the kernel says of ports and connections
//! * `pooled`: a client that is an HTTP library with a connection pool
//! * `sessions`: what the store's proxy saw, for the history
//! * `ready`: the first answer

mod carry_out;
mod lag;
mod listener;
mod pooled;
mod ports;
mod process;
mod ready;
mod real_world;
mod sockets;

pub use self::carry_out::{RealWorldConfig, carry_out};
pub use self::listener::ListenerWatch;
pub use self::process::kill_orphans;
