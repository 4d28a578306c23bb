use lastorders_model::check;

use super::fix::fix;
use super::size::Size;
use super::smaller::smaller;
use crate::case::Case;
use crate::generate::derive_promise;

/// Default number of runs: two seconds of an optimised build.
pub const MOST_TRIES: u32 = 4_000;

/// The result of shrinking.
#[derive(Debug, Clone)]
pub struct Shrunk {
    /// The smallest case found that fails in the same way.
    pub case: Case,
    /// Number of cases that were run.
    pub tried: u32,
    /// Whether nothing smaller fails; `false` if the tries ran out.
    pub minimal: bool,
}

/// Makes a case smaller as long as `fails` says that the case fails in the same way. A second run
/// confirms each reduction. Takes at most `tries` runs; see [`MOST_TRIES`].
///
/// A case with a promise gets a new promise after each reduction, and new budgets of its contract.
/// Any other contract stays as it is.
pub fn shrink(case: &Case, tries: u32, mut fails: impl FnMut(&Case) -> bool) -> Shrunk {
    let mut shrunk = Shrunk { case: case.clone(), tried: 0, minimal: false };
    // A reduction that failed once rarely succeeds later, so continue with the next one. Then start
    // over.
    loop {
        let before = (Size::of(&shrunk.case), shrunk.case.tail_seed);
        let mut at = 0;
        loop {
            let changes = smaller(&shrunk.case);
            let Some(change) = changes.get(at) else { break };
            let Some(candidate) = candidate(&shrunk.case, change.as_ref()) else {
                at += 1;
                continue;
            };
            if shrunk.tried + 2 > tries {
                return shrunk;
            }
            shrunk.tried += 1;
            if !fails(&candidate) {
                at += 1;
                continue;
            }
            shrunk.tried += 1;
            if fails(&candidate) {
                shrunk.case = candidate;
            } else {
                at += 1;
            }
        }
        if (Size::of(&shrunk.case), shrunk.case.tail_seed) == before {
            shrunk.minimal = true;
            return shrunk;
        }
    }
}

/// The reduced case, if it is valid and smaller. Only smaller cases are accepted, so shrinking
/// ends.
fn candidate(case: &Case, change: &dyn Fn(&mut Case)) -> Option<Case> {
    let mut candidate = case.clone();
    change(&mut candidate);
    if candidate == *case {
        return None;
    }
    fix(&mut candidate);
    // A case without a shutdown shows nothing, and a client that waits for one waits long.
    if case.plan.signals() && !candidate.plan.signals() {
        return None;
    }
    if (Size::of(&candidate), candidate.tail_seed) >= (Size::of(case), case.tail_seed) {
        return None;
    }
    if case.conditions.promise.is_some() {
        derive_promise(&mut candidate);
    }
    check::validate(&candidate.plan).is_ok().then_some(candidate)
}
