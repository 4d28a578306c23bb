use serde::{Deserialize, Serialize};

use super::Tuple;

/// A set of tuples, with one bit for each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Vec<Tuple>", from = "Vec<Tuple>")]
pub struct Coverage {
    bits: Vec<u64>,
}

impl Default for Coverage {
    fn default() -> Self {
        Self { bits: vec![0; Tuple::COUNT.div_ceil(64)] }
    }
}

impl Coverage {
    /// Adds a tuple, and returns whether the tuple is new.
    pub fn insert(&mut self, tuple: Tuple) -> bool {
        let (word, bit) = place(tuple);
        let new = self.bits[word] & bit == 0;
        self.bits[word] |= bit;
        new
    }

    /// Whether the set contains the tuple.
    #[must_use]
    pub fn contains(&self, tuple: Tuple) -> bool {
        let (word, bit) = place(tuple);
        self.bits[word] & bit != 0
    }

    /// Adds the tuples of `other`.
    pub fn merge(&mut self, other: &Self) {
        for (word, more) in self.bits.iter_mut().zip(&other.bits) {
            *word |= more;
        }
    }

    /// The number of tuples.
    #[must_use]
    pub fn count(&self) -> usize {
        self.bits.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Each tuple, in order.
    pub fn iter(&self) -> impl Iterator<Item = Tuple> {
        Tuple::all().filter(|tuple| self.contains(*tuple))
    }
}

fn place(tuple: Tuple) -> (usize, u64) {
    let number = usize::from(tuple.number());
    (number / 64, 1 << (number % 64))
}

impl Extend<Tuple> for Coverage {
    fn extend<T: IntoIterator<Item = Tuple>>(&mut self, tuples: T) {
        for tuple in tuples {
            self.insert(tuple);
        }
    }
}

impl From<Vec<Tuple>> for Coverage {
    fn from(tuples: Vec<Tuple>) -> Self {
        let mut coverage = Self::default();
        coverage.extend(tuples);
        coverage
    }
}

impl From<Coverage> for Vec<Tuple> {
    fn from(coverage: Coverage) -> Self {
        coverage.iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merged_sets_count_a_common_tuple_once() {
        let tuple = |number| Tuple::of(number).unwrap();
        let mut one = Coverage::default();
        assert!(one.insert(tuple(7)), "new");
        assert!(!one.insert(tuple(7)), "known");
        let other = Coverage::from(vec![tuple(7), tuple(64), tuple(4_000)]);
        one.merge(&other);
        assert_eq!(one.count(), 3);
        assert!(one.contains(tuple(64)) && !one.contains(tuple(65)));
        let text = serde_json::to_string(&one).unwrap();
        assert_eq!(text, "[7,64,4000]");
        assert_eq!(serde_json::from_str::<Coverage>(&text).unwrap(), one);
    }
}
