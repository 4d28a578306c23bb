//! Connections over real sockets: nothing here waits for a time to pass, and nothing that is judged
//! depends on how fast the machine is.
//!
//! * `rig`: a server in this process, and handlers that wait and count.
//! * `kernel`: what the kernel says of a connection.
//! * `resets`, `http2`: no reset destroys an answer.
//! * `fin`: what comes after our FIN, and at the moment of it.
//! * `door`: the listener, and who stands before it.
//! * `gone`: clients that vanish, and clients that stop reading.
//! * `upgraded`: connections that are no longer HTTP.

mod door;
mod fin;
mod gone;
#[cfg(feature = "http2")]
mod http2;
mod kernel;
mod resets;
mod rig;
mod upgraded;
