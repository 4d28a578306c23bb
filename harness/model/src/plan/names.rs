use siphasher::sip::SipHasher13;

/// Unguessable names, drawn from a seed: the same seed gives the same names in the same order.
///
/// Each request that makes a row carries a name, so that each row belongs to exactly one request.
/// The generator is SipHash of a counter, keyed by the seed and the stream's label, so that a name
/// reveals nothing about the next name. A real run draws its seed from the operating system, and a
/// submission never sees this seed.
#[derive(Debug, Clone)]
pub struct Names {
    key: SipHasher13,
    drawn: u64,
}

impl Names {
    /// The stream of names for one label (the scenario's id) under one seed.
    #[must_use]
    pub fn new(seed: u64, label: &str) -> Self {
        let label = SipHasher13::new().hash(label.as_bytes());
        Self { key: SipHasher13::new_with_keys(seed, label), drawn: 0 }
    }

    /// The next 64 bits.
    pub fn draw(&mut self) -> u64 {
        self.drawn += 1;
        self.key.hash(&self.drawn.to_le_bytes())
    }

    /// A number in `low..high`.
    ///
    /// # Panics
    ///
    /// If the range is empty.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        assert!(low < high, "an empty range, {low}..{high}");
        low + self.draw() % (high - low)
    }

    /// The next name: `job-` and 24 hexadecimal digits.
    pub fn name(&mut self) -> String {
        format!("job-{:016x}{:08x}", self.draw(), self.draw() >> 32)
    }
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn a_seed_and_a_label_give_the_same_names_and_other_labels_give_others() {
        let draw = |seed, label| {
            let mut names = Names::new(seed, label);
            [names.name(), names.name()]
        };
        assert_eq!(draw(7, "a/b"), draw(7, "a/b"));
        assert_ne!(draw(7, "a/b"), draw(8, "a/b"));
        assert_ne!(draw(7, "a/b"), draw(7, "a/c"));
        assert_ne!(draw(7, "a/b")[0], draw(7, "a/b")[1]);
    }
}
