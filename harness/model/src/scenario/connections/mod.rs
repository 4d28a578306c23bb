//! Connections that hold nothing, and hold nothing up.

pub(super) mod becomes_idle;
pub(super) mod idle_closed;
pub(super) mod silent_preconnect;
