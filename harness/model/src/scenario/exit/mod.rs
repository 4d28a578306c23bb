//! How the process ends.

pub(super) mod bounded_by_deadline;
pub(super) mod no_residue;
pub(super) mod status;
