use serde::{Deserialize, Serialize};

use super::{Class, Fault, Outcome, Phase};

/// What came up together: one for each connection of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "u16", try_from = "u16")]
pub struct Tuple {
    /// Where the shutdown stood when it ended.
    pub phase: Phase,
    /// What kind of connection it was.
    pub class: Class,
    /// What was done to it from outside.
    pub fault: Fault,
    /// What its client saw of it.
    pub outcome: Outcome,
}

// A number of 16 bits is enough for all.
const _: () = assert!(Tuple::COUNT <= 1 << 16);

impl Tuple {
    /// How many there can be.
    pub const COUNT: usize =
        Phase::ALL.len() * Class::ALL.len() * Fault::ALL.len() * Outcome::ALL.len();

    /// Each of them, in order.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..Self::COUNT as u16).filter_map(Self::of)
    }

    /// Its number, below [`COUNT`](Self::COUNT).
    #[must_use]
    pub fn number(self) -> u16 {
        let place = ((self.phase as usize * Class::ALL.len() + self.class as usize)
            * Fault::ALL.len()
            + self.fault as usize)
            * Outcome::ALL.len()
            + self.outcome as usize;
        place as u16
    }

    /// The one with this number.
    #[must_use]
    pub fn of(number: u16) -> Option<Self> {
        let (rest, outcome) = split(number.into(), Outcome::ALL)?;
        let (rest, fault) = split(rest, Fault::ALL)?;
        let (rest, class) = split(rest, Class::ALL)?;
        let phase = *Phase::ALL.get(rest)?;
        Some(Self { phase, class, fault, outcome })
    }
}

fn split<T: Copy>(number: usize, axis: &[T]) -> Option<(usize, T)> {
    Some((number / axis.len(), *axis.get(number % axis.len())?))
}

impl From<Tuple> for u16 {
    fn from(tuple: Tuple) -> Self {
        tuple.number()
    }
}

impl TryFrom<u16> for Tuple {
    type Error = String;

    fn try_from(number: u16) -> Result<Self, String> {
        Self::of(number).ok_or_else(|| format!("no tuple has the number {number}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tuple_has_a_number_of_its_own() {
        let count = u16::try_from(Tuple::COUNT).unwrap();
        for number in 0..count {
            assert_eq!(Tuple::of(number).unwrap().number(), number);
        }
        assert_eq!(Tuple::of(count), None);
    }
}
