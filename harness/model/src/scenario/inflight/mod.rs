//! Work that is under way when the signal comes.

pub(super) mod announces_close;
pub(super) mod committed_unacknowledged;
pub(super) mod completes;
pub(super) mod queued_behind_pool;
