use crate::case::Case;

/// A case that differs from this one in something small.
#[must_use]
pub fn mutate(case: Case, rng: &mut fastrand::Rng) -> Case {
    Case { tail_seed: rng.u64(..), ..case }
}
