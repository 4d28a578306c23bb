/// Unguessable names, drawn from a seed: the same seed gives the same names in the same order.
///
/// Each request that makes a row carries one, so that each row belongs to exactly one request.
/// The generator is splitmix64 over the seed and the stream's label. It is no cryptography; the
/// real run draws its seed from the operating system, and a submission never sees it.
#[derive(Debug, Clone)]
pub struct Names {
    state: u64,
}

impl Names {
    /// The stream of names for one label (the scenario's id) under one seed.
    #[must_use]
    pub fn new(seed: u64, label: &str) -> Self {
        // FNV-1a keeps the streams of two scenarios apart without a dependency.
        let hash = label.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self { state: seed ^ hash }
    }

    /// The next 64 bits.
    pub fn draw(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
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
    fn same_seed_same_names_and_other_label_other_names() {
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
