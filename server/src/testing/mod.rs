//! Shared by the unit tests.
//!
//! * [`MemoryListener`]: a listener whose connections are in memory.
//! * [`Rig`]: a server under a paused clock, and helpers for that clock.
//! * [`Client`]: a client that sends exact bytes. Its answers are in `answer`, which the tests in
//!   `tests/` use too.
//! * [`Gate`]: handlers that wait until they are let go.

mod answer;
mod client;
mod gate;
mod listener;
mod rig;

pub(crate) use client::Client;
pub(crate) use gate::Gate;
pub(crate) use listener::MemoryListener;
pub(crate) use rig::{Rig, ms, settle};
