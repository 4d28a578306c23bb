//! The real world: carries out a plan against a real process, and records what it sees.
//!
//! * `client/`: raw and pooled HTTP clients
//! * `process/`: the server's process, its children, its output
//! * `carry_out`: one plan, from the start of the process to the count of the rows
//! * `lag`: how far this machine's clock can be believed
//! * `listener`, `ports`, `sockets`, `snapshot`: what the kernel says of ports and connections
//! * `marks`, `recorder`, `stage`: what the actors of a run share
//! * `operator`, `storekeeper`: the scripts of those two
//! * `sessions`: what the store's proxy saw, for the history
//! * `ready`, `visible`: the first answer, and the first sign of shutdown

mod carry_out;
mod client;
mod lag;
mod listener;
mod marks;
mod operator;
mod ports;
mod process;
mod ready;
mod recorder;
mod sessions;
mod snapshot;
mod sockets;
mod stage;
mod storekeeper;
mod visible;

pub(crate) use self::carry_out::INTERRUPTED;
pub use self::carry_out::{Cancel, World, carry_out};
pub use self::listener::ListenerWatch;
pub use self::process::{Guard, kill_orphans};

/// No `Repeat` goes round more often: a server that answers for ever must not fill our memory.
const MOST_ROUNDS: u64 = 5_000;
