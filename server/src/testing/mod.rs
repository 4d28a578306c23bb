//! What the tests share.
//!
//! * [`MemoryListener`]: a listener whose connections are in memory.
//! * [`Rig`]: a server under a paused clock.
//! * [`Client`]: a client of exact bytes. `answer`, which the tests in `tests/` have too: what it
//!   reads.
//! * [`Gate`]: handlers that wait until they are let go.
//! * `time`: no time passes but by [`ms`].

mod answer;
mod client;
mod gate;
mod listener;
mod rig;
mod time;

pub(crate) use client::Client;
pub(crate) use gate::Gate;
pub(crate) use listener::MemoryListener;
pub(crate) use rig::Rig;
pub(crate) use time::{ms, settle};
