//! The real world: runs a plan against a real process, and records what it sees.
//!
//! * `process/`: the server's process, its children, its output
//! * `real_world`: the operations that a plan's actors perform
//! * `carry_out`: one plan, from the start of the process to the count of the rows
//! * `lag`: how late this machine's timers fire
//! * `listener`, `ports`, `sockets/`: the kernel's view of ports and connections
//! * `pooled`: a client that is an HTTP library with a connection pool
//! * `ready`: waits for the first answer

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
