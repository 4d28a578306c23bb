use lastorders_model::exit;

use crate::engine::EngineKind;
use crate::generate::Family;
use crate::subject::Subject;
use crate::sweep::{FaultKind, Sweep};

/// The seeds of a sweep that must reach every situation.
pub(super) const ENOUGH: u64 = 10_000;

/// Whether a sweep must reach every situation: a whole sweep of enough mixed cases, of our server,
/// which reports its phases, on the engine with an accept queue. Any other sweep proves only the
/// failures that it finds.
pub(super) fn must_reach_all(sweep: &Sweep) -> bool {
    sweep.is_whole()
        && sweep.is_complete()
        && sweep.seen.seeds >= ENOUGH
        && sweep.options.subject == Subject::Ours.to_string()
        && sweep.options.engine == EngineKind::Event.to_string()
        && sweep.options.family == Family::Mixed.to_string()
}

/// The exit code.
pub(super) fn code(sweep: &Sweep) -> u8 {
    let unsupported: u64 = sweep.seen.unsupported.values().sum();
    if !sweep.seen.faults.is_empty() {
        exit::OUR_FAULT
    } else if !sweep.seen.failures.is_empty() {
        exit::FAILED
    } else if let Some(signal) = sweep.interrupted {
        exit::of_signal(signal)
    } else if sweep.wanted.is_empty() {
        exit::NOTHING_SELECTED
    } else if must_reach_all(sweep) && !sweep.seen.unreached().is_empty()
        || unsupported > 0 && unsupported == sweep.seen.seeds + sweep.seen.mutants
    {
        exit::INCONCLUSIVE
    } else {
        exit::PASSED
    }
}

/// The exit code of a merge. An interrupted part makes the merge incomplete.
pub(super) fn code_of_merged(sweep: &Sweep) -> u8 {
    match code(&Sweep { interrupted: None, ..sweep.clone() }) {
        exit::PASSED | exit::INCONCLUSIVE if !sweep.is_complete() => exit::INCOMPLETE,
        code => code,
    }
}

/// The reason of an exit code other than the findings, in words.
pub(super) fn why(sweep: &Sweep) -> Option<String> {
    let faults = sweep.seen.faults(FaultKind::Divergence);
    if faults > 0 {
        return Some(format!(
            "{faults} case(s) had a different second run: a fault of the simulator"
        ));
    }
    let unreached = sweep.seen.unreached();
    if must_reach_all(sweep) && !unreached.is_empty() && sweep.seen.failures.is_empty() {
        let all = unreached.join("; ");
        return Some(format!("inconclusive, because the sweep never reached: {all}"));
    }
    None
}
