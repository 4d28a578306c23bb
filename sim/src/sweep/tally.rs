use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Origin, Seen};
use crate::check::coverage::{Coverage, Tuple};

/// How many cases of each signature are kept.
const KEPT: usize = 3;

/// Sums of what was seen. The sum of two neighbouring ranges of seeds is what both together give.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tally {
    /// How many seeds were carried out.
    pub seeds: u64,
    /// How many changed cases were carried out besides.
    pub mutants: u64,
    /// How long all of them took, in microseconds of their own time.
    pub virtual_us: u64,
    /// How many were carried out twice more and compared.
    pub audited: u64,
    /// How many could not be carried out on this engine, by reason.
    pub unsupported: BTreeMap<String, u64>,
    /// What failed, by signature.
    pub failures: BTreeMap<String, FailureGroup>,
    /// How many reached each of the things that a sweep must reach.
    pub sometimes: BTreeMap<String, u64>,
    /// How many connections covered each tuple: `phase, class, fault, outcome`.
    #[serde(with = "named")]
    pub coverage: BTreeMap<Tuple, u64>,
    /// Our own faults, in the order of seeds.
    pub faults: Vec<Fault>,
}

/// Failures of one signature.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FailureGroup {
    /// How many there are.
    pub count: u64,
    /// The first of them.
    pub cases: Vec<FailureCase>,
}

/// One failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailureCase {
    /// Where the case comes from.
    #[serde(flatten)]
    pub origin: Origin,
    /// The case, as `replay` takes it.
    pub blob: String,
}

/// Something that must not happen whatever the server does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The case.
    #[serde(flatten)]
    pub origin: Origin,
    /// Of which kind.
    pub kind: FaultKind,
    /// In words.
    pub what: String,
}

/// A kind of fault of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// A second run was another.
    Divergence,
    /// The simulator panicked outside of what it simulates.
    Panic,
}

impl Tally {
    /// Nothing, with these things to be reached.
    #[must_use]
    pub fn new(sometimes: &[&'static str]) -> Self {
        let sometimes = sometimes.iter().map(|name| ((*name).to_owned(), 0)).collect();
        Self { sometimes, ..Self::default() }
    }

    /// Adds what comes after in the order of seeds.
    pub fn absorb(&mut self, later: &Self) {
        self.seeds += later.seeds;
        self.mutants += later.mutants;
        self.virtual_us += later.virtual_us;
        self.audited += later.audited;
        add(&mut self.unsupported, &later.unsupported);
        add(&mut self.sometimes, &later.sometimes);
        add(&mut self.coverage, &later.coverage);
        for (signature, group) in &later.failures {
            let mine = self.failures.entry(signature.clone()).or_default();
            mine.count += group.count;
            let room = KEPT.saturating_sub(mine.cases.len());
            mine.cases.extend(group.cases.iter().take(room).cloned());
        }
        self.faults.extend(later.faults.iter().cloned());
    }

    /// Adds one simulation, but for its coverage and what it reached, which are counted apart.
    pub(super) fn add(&mut self, origin: Origin, seen: &Seen) {
        *(if origin.mutant == 0 { &mut self.seeds } else { &mut self.mutants }) += 1;
        self.virtual_us += seen.virtual_us;
        if let Some(why) = &seen.unsupported {
            *self.unsupported.entry(why.clone()).or_default() += 1;
        }
        if let Some(failure) = &seen.failure {
            let group = self.failures.entry(failure.signature.clone()).or_default();
            group.count += 1;
            if group.cases.len() < KEPT {
                group.cases.push(FailureCase { origin, blob: failure.blob.clone() });
            }
        }
    }

    /// How many simulations failed.
    #[must_use]
    pub fn failed(&self) -> u64 {
        self.failures.values().map(|group| group.count).sum()
    }

    /// What was never reached.
    #[must_use]
    pub fn unreached(&self) -> Vec<&str> {
        self.sometimes.iter().filter(|(_, n)| **n == 0).map(|(name, _)| name.as_str()).collect()
    }

    /// What was covered.
    #[must_use]
    pub fn covered(&self) -> Coverage {
        self.coverage.keys().copied().collect::<Vec<_>>().into()
    }

    /// How many of our own faults are of this kind.
    #[must_use]
    pub fn faults(&self, kind: FaultKind) -> usize {
        self.faults.iter().filter(|fault| fault.kind == kind).count()
    }
}

fn add<K: Clone + Ord>(sums: &mut BTreeMap<K, u64>, more: &BTreeMap<K, u64>) {
    for (name, n) in more {
        match sums.get_mut(name) {
            Some(sum) => *sum += n,
            None => drop(sums.insert(name.clone(), *n)),
        }
    }
}

/// Tuples by their names: whoever reads the file should not have to count.
mod named {
    use std::collections::BTreeMap;

    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    use crate::check::coverage::Tuple;

    pub(super) fn serialize<S: Serializer>(
        coverage: &BTreeMap<Tuple, u64>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_map(coverage.iter().map(|(tuple, n)| (name(*tuple), n)))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<Tuple, u64>, D::Error> {
        let all = (0..).map_while(Tuple::of).map(|tuple| (name(tuple), tuple));
        let all: BTreeMap<String, Tuple> = all.collect();
        let named = BTreeMap::<String, u64>::deserialize(deserializer)?;
        let tuples = named.into_iter().map(|(name, n)| match all.get(&name) {
            Some(tuple) => Ok((*tuple, n)),
            None => Err(D::Error::custom(format!("there is no combination `{name}`"))),
        });
        tuples.collect()
    }

    fn name(tuple: Tuple) -> String {
        let Tuple { phase, class, fault, outcome } = tuple;
        [phase.name(), class.name(), fault.name(), outcome.name()].join(", ")
    }
}
