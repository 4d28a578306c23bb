//! How the server leaves its database.

pub(super) mod pool_outlives_requests;
pub(super) mod terminated;
