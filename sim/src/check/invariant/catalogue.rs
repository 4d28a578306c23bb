use super::Check;
use super::{
    after_fin, after_seal, balanced, deadline, early_abort, http2, idle_let_go, lame_duck_lasts,
    last_answer, no_leak, no_livelock, no_panic, not_stuck, phases, queue_lost, readiness_first,
    release_bounded, release_last, report_agrees, second_sigint, second_sigterm, settles, startup,
    store_after_close, unread,
};

/// Every check of the simulator.
pub const CHECKS: &[Check] = &[
    no_panic::CHECK,
    not_stuck::CHECK,
    no_livelock::CHECK,
    startup::CHECK,
    phases::CHECK,
    readiness_first::CHECK,
    lame_duck_lasts::CHECK,
    queue_lost::CHECK,
    after_seal::CHECK,
    after_fin::CHECK,
    unread::CHECK,
    last_answer::CHECK,
    http2::CHECK,
    idle_let_go::CHECK,
    early_abort::CHECK,
    second_sigterm::CHECK,
    second_sigint::CHECK,
    release_last::CHECK,
    release_bounded::CHECK,
    store_after_close::CHECK,
    settles::CHECK,
    deadline::CHECK,
    report_agrees::CHECK,
    no_leak::CHECK,
    balanced::CHECK,
];

/// The check with this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Check> {
    CHECKS.iter().find(|check| check.id == id)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_check_has_a_unique_id_and_a_sentence() {
        let ids: BTreeSet<_> = CHECKS.iter().map(|check| check.id).collect();
        assert_eq!(ids.len(), CHECKS.len());
        for check in CHECKS {
            assert!(lastorders_model::check::find(check.id).is_none(), "{}", check.id);
            assert!(find(check.id).is_some() && check.about.len() > 20, "{}", check.id);
        }
    }
}
