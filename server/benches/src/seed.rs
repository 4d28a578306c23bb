//! Reproducible random choices.

/// The random choices for item `number`. They depend on the seed and the number only.
pub(crate) fn random(seed: u64, number: u64) -> fastrand::Rng {
    // Golden-ratio steps keep the streams of neighbouring numbers apart.
    let step = number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    fastrand::Rng::with_seed(seed ^ step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_choices_differ_by_number_and_repeat_by_seed() {
        let draw = |seed| (0..50).map(|number| random(seed, number).u32(..)).collect::<Vec<_>>();
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
        let mut drawn = draw(7);
        drawn.sort_unstable();
        drawn.dedup();
        assert_eq!(drawn.len(), 50);
    }
}
