use crate::case::Case;
use crate::check::{Signature, judge};
use crate::sweep::Simulator;

/// What a case fails with, if it fails.
#[must_use]
pub fn signature(simulator: &Simulator, case: &Case) -> Option<Signature> {
    judge(case, &simulator.run(case)).signature
}

/// Whether a case fails with this signature.
#[must_use]
pub fn alike(simulator: &Simulator, case: &Case, known_by: &Signature) -> bool {
    signature(simulator, case).as_ref() == Some(known_by)
}
