//! Requests that come while the door closes.

pub(super) mod no_black_hole;
