use std::collections::BTreeMap;
use std::hash::Hasher as _;
use std::panic::{AssertUnwindSafe, catch_unwind};

use siphasher::sip::SipHasher13;

use super::tally::{Fault, FaultKind};
use super::{Origin, Seeds, Seen, Simulate, Tally};
use crate::check::coverage::Tuple;

/// Every this many cases one is audited, in addition to failing cases.
const AUDITED: u64 = 100;

/// The most mutants of a chunk: one for eight seeds.
const MUTANTS: usize = 32;

/// The most mutants of one seed's case.
const CHANGES: u32 = 2;

/// The result of a chunk.
#[derive(Debug)]
pub(super) struct Done {
    /// A hash of all results in order.
    pub(super) hash: u64,
    pub(super) tally: Tally,
}

/// A chunk in progress.
struct Chunk<'a> {
    sim: &'a dyn Simulate,
    names: &'a [&'static str],
    /// Asked before each simulation. `true` abandons the chunk.
    abandon: &'a dyn Fn() -> bool,
    hash: SipHasher13,
    tally: Tally,
    sometimes: [u64; 32],
    coverage: BTreeMap<Tuple, (u64, u64)>,
}

/// Runs a chunk: its seeds, then mutants of cases that covered combinations which no other seed of
/// the chunk covered. `None` if the chunk was abandoned.
pub(super) fn carry_out(
    sim: &dyn Simulate,
    names: &[&'static str],
    seeds: Seeds,
    mutate: bool,
    abandon: &dyn Fn() -> bool,
) -> Option<Done> {
    let mut chunk = Chunk {
        sim,
        names,
        abandon,
        hash: SipHasher13::new(),
        tally: Tally::new(names),
        sometimes: [0; 32],
        coverage: BTreeMap::new(),
    };
    for seed in seeds.iter() {
        chunk.one(seed.into())?;
    }
    let parents = if mutate { chunk.rare() } else { Vec::new() };
    for origin in parents {
        chunk.one(origin)?;
    }
    Some(chunk.end())
}

impl Chunk<'_> {
    fn one(&mut self, origin: Origin) -> Option<()> {
        if (self.abandon)() {
            return None;
        }
        match catch_unwind(AssertUnwindSafe(|| self.sim.simulate(origin))) {
            Ok(seen) => self.saw(origin, &seen),
            Err(panic) => {
                *(if origin.mutant == 0 {
                    &mut self.tally.seeds
                } else {
                    &mut self.tally.mutants
                }) += 1;
                self.fault(origin, FaultKind::Panic, words(panic.as_ref()));
            }
        }
        Some(())
    }

    fn saw(&mut self, origin: Origin, seen: &Seen) {
        self.tally.add(origin, seen);
        for (bit, n) in self.sometimes.iter_mut().enumerate() {
            *n += u64::from(seen.sometimes >> bit & 1);
        }
        for tuple in &seen.coverage {
            self.coverage.entry(*tuple).or_insert((0, origin.seed)).0 += 1;
        }
        self.hashed(origin, seen);
        if seen.failure.is_some() || by_lot(origin) {
            self.tally.audited += 1;
            match catch_unwind(AssertUnwindSafe(|| self.sim.audit(origin))) {
                Ok(Ok(())) => {}
                Ok(Err(what)) => self.fault(origin, FaultKind::Divergence, what),
                Err(panic) => self.fault(origin, FaultKind::Panic, words(panic.as_ref())),
            }
        }
    }

    fn hashed(&mut self, origin: Origin, seen: &Seen) {
        for word in [origin.seed, origin.mutant.into(), seen.hash, seen.sometimes.into()] {
            self.hash.write(&word.to_le_bytes());
        }
        let failure = seen.failure.as_ref().map_or("", |failure| &failure.signature);
        for text in [failure, seen.unsupported.as_deref().unwrap_or_default()] {
            self.hash.write(text.as_bytes());
            self.hash.write(&[0]);
        }
    }

    fn fault(&mut self, origin: Origin, kind: FaultKind, what: String) {
        self.tally.faults.push(Fault { origin, kind, what });
    }

    /// Runs mutants of seeds that covered a combination which no other seed of the chunk covered.
    fn rare(&self) -> Vec<Origin> {
        let alone = self.coverage.values().filter(|(n, _)| *n == 1).map(|(_, seed)| *seed);
        let mut seeds: Vec<u64> = alone.collect();
        seeds.sort_unstable();
        seeds.dedup();
        let all =
            seeds.iter().flat_map(|seed| (1..=CHANGES).map(|n| Origin { seed: *seed, mutant: n }));
        all.take(MUTANTS).collect()
    }

    fn end(mut self) -> Done {
        for (name, n) in self.names.iter().zip(self.sometimes) {
            self.tally.sometimes.insert((*name).to_owned(), n);
        }
        let coverage = self.coverage.iter();
        self.tally.coverage = coverage.map(|(tuple, (n, _))| (*tuple, *n)).collect();
        Done { hash: self.hash.finish(), tally: self.tally }
    }
}

/// Whether a case is audited although it passes. Equal on every machine.
fn by_lot(origin: Origin) -> bool {
    let mut hash = SipHasher13::new_with_keys(0x61_75_64_69_74, 0);
    hash.write(&origin.seed.to_le_bytes());
    hash.write(&origin.mutant.to_le_bytes());
    hash.finish().is_multiple_of(AUDITED)
}

fn words(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic without a message").to_owned()
}
