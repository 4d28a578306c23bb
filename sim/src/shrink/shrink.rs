use lastorders_harness::plan;

use super::size::Size;
use super::smaller::smaller;
use crate::case::Case;
use crate::generate::derive_promise;

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
/// confirmed by a second run. At most `tries` runs.
///
/// The promise of a case that makes one is derived anew from what is left.
pub fn shrink(case: &Case, tries: u32, mut fails: impl FnMut(&Case) -> bool) -> Shrunk {
    let promises = case.conditions.promise.is_some();
    let mut shrunk = Shrunk { case: case.clone(), tried: 0, minimal: false };
    'smaller: loop {
        let size = Size::of(&shrunk.case);
        for mut candidate in smaller(&shrunk.case) {
            if promises {
                derive_promise(&mut candidate);
            }
            if Size::of(&candidate) > size || candidate == shrunk.case {
                continue;
            }
            if plan::validate(&candidate.plan).is_err() {
                continue;
            }
            if shrunk.tried + 2 > tries {
                return shrunk;
            }
            shrunk.tried += 1;
            if !fails(&candidate) {
                continue;
            }
            shrunk.tried += 1;
            if fails(&candidate) && is_progress(&candidate, &shrunk.case, size) {
                shrunk.case = candidate;
                continue 'smaller;
            }
        }
        shrunk.minimal = true;
        return shrunk;
    }
}

/// Whether it is smaller, or as small with a plainer tail seed: else it would go round for ever.
fn is_progress(candidate: &Case, case: &Case, size: Size) -> bool {
    Size::of(candidate) < size || candidate.tail_seed < case.tail_seed
}
