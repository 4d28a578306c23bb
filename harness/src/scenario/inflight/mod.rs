//! Work that is under way when the signal comes.

pub(super) mod completes;
