use super::Check;
use super::{
    announces_close, answered_in_time, bad_refused, created, exit_in_grace, exit_prompt, exit_soon,
    exit_status, health_draining, health_monotonic, health_ok, idle_closed, ids_distinct, ledger,
    no_crash, no_late_success, no_residue, pool_outlives_requests, preconditions, store_terminated,
    visible_in_time,
};

/// Every check.
pub const CHECKS: &[Check] = &[
    preconditions::CHECK,
    ledger::CHECK,
    created::CHECK,
    ids_distinct::CHECK,
    bad_refused::CHECK,
    health_ok::CHECK,
    health_draining::CHECK,
    health_monotonic::CHECK,
    announces_close::CHECK,
    answered_in_time::CHECK,
    idle_closed::CHECK,
    visible_in_time::CHECK,
    exit_in_grace::CHECK,
    exit_prompt::CHECK,
    exit_soon::CHECK,
    exit_status::CHECK,
    no_crash::CHECK,
    no_late_success::CHECK,
    no_residue::CHECK,
    pool_outlives_requests::CHECK,
    store_terminated::CHECK,
];

/// The check with this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Check> {
    CHECKS.iter().find(|check| check.id == id)
}
