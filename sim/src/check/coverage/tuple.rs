use serde::{Deserialize, Serialize};

use super::{Class, Fault, Outcome, Phase};

/// One combination, for a request or a connection of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "u16", try_from = "u16")]
pub struct Tuple {
    /// The phase of the shutdown at the end of the request or connection.
    pub phase: Phase,
    /// The kind of the connection.
    pub class: Class,
    /// The worst fault from outside.
    pub fault: Fault,
    /// The end as the client saw it.
    pub outcome: Outcome,
}

// Each tuple has a number of 16 bits.
const _: () = assert!(Tuple::COUNT <= 1 << 16);

impl Tuple {
    /// The number of possible tuples.
    pub const COUNT: usize =
        Phase::ALL.len() * Class::ALL.len() * Fault::ALL.len() * Outcome::ALL.len();

    /// Each possible tuple, in order.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..Self::COUNT as u16).filter_map(Self::of)
    }

    /// The tuple's number, below [`COUNT`](Self::COUNT).
    #[must_use]
    pub fn number(self) -> u16 {
        let place = ((self.phase as usize * Class::ALL.len() + self.class as usize)
            * Fault::ALL.len()
            + self.fault as usize)
            * Outcome::ALL.len()
            + self.outcome as usize;
        place as u16
    }

    /// The tuple with this number.
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
    fn every_tuple_has_a_unique_number() {
        let count = u16::try_from(Tuple::COUNT).unwrap();
        for number in 0..count {
            assert_eq!(Tuple::of(number).unwrap().number(), number);
        }
        assert_eq!(Tuple::of(count), None);
    }
}
