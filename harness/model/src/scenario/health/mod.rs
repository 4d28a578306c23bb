//! What `/health` says during the shutdown.

pub(super) mod draining;
pub(super) mod monotonic;
