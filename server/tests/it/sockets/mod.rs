//! Connections over real sockets. No test waits for time to pass, and no assertion depends on the
//! machine's speed.
//!
//! * `rig`: a server in this process, and handlers that wait and count.
//! * `kernel`: the state of a connection in the kernel.
//! * `resets`, `http2`: no reset destroys an answer.
//! * `fin`: requests that arrive after our FIN, or just before it.
//! * `listener`: connections that arrive while the listener is closed.
//! * `gone`: clients that disconnect, and clients that stop reading.
//! * `upgraded`: connections that are no longer HTTP.

mod fin;
mod gone;
#[cfg(feature = "http2")]
mod http2;
mod kernel;
mod listener;
mod resets;
mod rig;
mod upgraded;
