//! The points at which a simulator takes part: everything here is a pass-through, except in a build
//! with `--cfg lastorders_sim`.
//!
//! Only these places call a hook: `state/server.rs` and `state/conn.rs` around `handle(input)` and
//! `next_action()` of the two machines, `serve/driver.rs` before an event and before an action, and
//! the wrappers of I/O, `serve/io.rs` and `serve/accept_state.rs`. A test keeps this list. So the
//! product's code knows no bug by name, and its binary holds none.
//!
//! * `off`: the pass-throughs.
//! * `shutdown`: injected bugs of the shutdown machine.
//! * `conn`: injected bugs and rare paths of a connection's machine.
//! * `io`: injected bugs and rare paths of sockets and listeners.
//! * `turns`: rare orders of the driver's turns.

#[cfg(lastorders_sim)]
mod conn;
#[cfg(lastorders_sim)]
mod io;
#[cfg(not(lastorders_sim))]
mod off;
#[cfg(lastorders_sim)]
mod shutdown;
#[cfg(lastorders_sim)]
mod turns;

#[cfg(lastorders_sim)]
pub(crate) use self::{
    conn::{conn_handle, conn_next_action, is_active},
    io::{poll_read, poll_write, poll_write_vectored, seal},
    shutdown::ShutdownHook,
    turns::{before_action, before_event},
};
#[cfg(not(lastorders_sim))]
pub(crate) use off::{
    ShutdownHook, before_action, before_event, conn_handle, conn_next_action, is_active, poll_read,
    poll_write, poll_write_vectored, seal,
};
