//! Shutdowns while much is going on.

pub(super) mod mid_load;
