use lastorders_model::check;

use super::fix::fix;
use super::size::Size;
use super::smaller::smaller;
use crate::case::Case;
use crate::generate::derive_promise;

/// As many runs as an optimised build does in two seconds.
pub const MOST_TRIES: u32 = 4_000;

/// What came of shrinking.
#[derive(Debug, Clone)]
pub struct Shrunk {
    /// The smallest case that was found to fail in the same way.
    pub case: Case,
    /// How many cases were carried out for it.
    pub tried: u32,
    /// Whether nothing smaller fails; `false` if it was ended before that.
    pub minimal: bool,
}

/// Makes a case smaller as long as `fails` says that it fails in the same way. Each step is
/// confirmed by a second run. At most `tries` runs; see [`MOST_TRIES`].
///
/// The promise of a case that makes one is derived anew from what is left, and with it the budgets
/// of its contract. Any other contract stays as it is.
pub fn shrink(case: &Case, tries: u32, mut fails: impl FnMut(&Case) -> bool) -> Shrunk {
    let mut shrunk = Shrunk { case: case.clone(), tried: 0, minimal: false };
    // What could not be left out of a case is seldom wanted less by a smaller one. So whatever was
    // left out, the next attempt is the one after it, and only then all of them again.
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

/// The changed case, if it can be carried out and is smaller. Only what is smaller is ever taken,
/// so this comes to an end.
fn candidate(case: &Case, change: &dyn Fn(&mut Case)) -> Option<Case> {
    let mut candidate = case.clone();
    change(&mut candidate);
    if candidate == *case {
        return None;
    }
    fix(&mut candidate);
    // A shutdown is what all of this is about; and whoever waits for one waits for long.
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
