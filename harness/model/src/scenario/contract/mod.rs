//! What the contract promises while nobody tells the server to stop.

pub(super) mod bad_request;
pub(super) mod concurrent_work;
pub(super) mod health_ok;
pub(super) mod work_created;
