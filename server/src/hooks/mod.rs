//! The places where a simulator injects bugs and forces rare paths. In a build without
//! `--cfg lastorders_sim` every hook is a pass-through.
//!
//! Only these files use this module:
//!
//! | file | where |
//! |---|---|
//! | `state/hooked.rs` | around `handle(input)` and `next_action()` of the shutdown machine |
//! | `state/conn.rs` | around `handle(input)` and `next_action()` of a connection's machine |
//! | `serve/driver.rs` | before an event, before an action, and around the sealing |
//! | `serve/io.rs` | around reads and writes |
//!
//! A rules test compares this table with the code. So no other code names an injected bug, and the
//! binary of an ordinary build holds none.
//!
//! # Modules
//!
//! * `off`: the pass-throughs of an ordinary build.
//! * `hooked_conn`: the part of a connection that hooks use.
//! * `shutdown`: injected bugs of the shutdown machine.
//! * `conn`: injected bugs and rare paths of a connection's machine.
//! * `io`: injected bugs and rare paths of sockets and listeners.
//! * `turns`: rare orders of events and actions in the driver.

#[cfg(lastorders_sim)]
mod conn;
#[cfg_attr(not(lastorders_sim), expect(dead_code, reason = "the pass-throughs call no method"))]
mod hooked_conn;
#[cfg(lastorders_sim)]
mod io;
#[cfg(not(lastorders_sim))]
mod off;
#[cfg(lastorders_sim)]
mod shutdown;
#[cfg(lastorders_sim)]
mod turns;

pub(crate) use hooked_conn::HookedConn;

#[cfg(lastorders_sim)]
pub(crate) use self::{
    conn::{conn_handle, conn_next_action, is_active},
    io::{ReadHook, poll_write, poll_write_vectored, seal},
    shutdown::ShutdownHook,
    turns::{before_action, before_event},
};
#[cfg(not(lastorders_sim))]
pub(crate) use off::{
    ReadHook, ShutdownHook, before_action, before_event, conn_handle, conn_next_action, is_active,
    poll_write, poll_write_vectored, seal,
};
