use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Origin, Seen};
use crate::check::coverage::{Coverage, Tuple};

/// Number of kept cases of each signature.
const KEPT: usize = 3;

/// Sums of results. Sums of neighbouring ranges add up to the sum of both.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tally {
    /// Number of seeds that were run.
    pub seeds: u64,
    /// Number of mutants that were run in addition.
    pub mutants: u64,
    /// Virtual time of all runs, in microseconds.
    pub virtual_us: u64,
    /// Number of cases that were run twice more and compared.
    pub audited: u64,
    /// Number of cases that this engine cannot run, by reason.
    pub unsupported: BTreeMap<String, u64>,
    /// Failures by signature.
    pub failures: BTreeMap<String, FailureGroup>,
    /// Number of cases that reached each required situation.
    pub sometimes: BTreeMap<String, u64>,
    /// Number of connections for each combination: `phase, class, fault, outcome`.
    #[serde(with = "named")]
    pub coverage: BTreeMap<Tuple, u64>,
    /// Faults of the simulator, in the order of seeds.
    pub faults: Vec<Fault>,
}

/// Failures of one signature.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FailureGroup {
    /// The number of failures.
    pub count: u64,
    /// The first of these cases.
    pub cases: Vec<FailureCase>,
}

/// A failing case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailureCase {
    /// The origin of the case.
    #[serde(flatten)]
    pub origin: Origin,
    /// The case, as `replay` takes it.
    pub blob: String,
}

/// A fault of the simulator, which no server can cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The case.
    #[serde(flatten)]
    pub origin: Origin,
    /// The kind of fault.
    pub kind: FaultKind,
    /// The fault in words.
    pub what: String,
}

/// A kind of fault of the simulator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// A second run of the case differed.
    Divergence,
    /// The simulator panicked outside the simulated code.
    Panic,
}

impl Tally {
    /// An empty tally for these required situations.
    #[must_use]
    pub fn new(sometimes: &[&'static str]) -> Self {
        let sometimes = sometimes.iter().map(|name| ((*name).to_owned(), 0)).collect();
        Self { sometimes, ..Self::default() }
    }

    /// Adds the tally of the seeds after these.
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

    /// Adds one simulation, except its coverage and its reached situations, which are counted
    /// apart.
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

    /// Number of failed simulations.
    #[must_use]
    pub fn failed(&self) -> u64 {
        self.failures.values().map(|group| group.count).sum()
    }

    /// Required situations that no case reached.
    #[must_use]
    pub fn unreached(&self) -> Vec<&str> {
        self.sometimes.iter().filter(|(_, n)| **n == 0).map(|(name, _)| name.as_str()).collect()
    }

    /// The covered combinations.
    #[must_use]
    pub fn covered(&self) -> Coverage {
        self.coverage.keys().copied().collect::<Vec<_>>().into()
    }

    /// Number of the simulator's faults of this kind.
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

/// Combinations by name, for readers of the file.
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
