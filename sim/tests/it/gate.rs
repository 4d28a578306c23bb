//! What every `cargo test` carries out: the corpus, and some hundred seeds of every family.

use std::fmt::Write as _;
use std::num::NonZero;
use std::path::Path;

use lastorders_sim::corpus::folder;
use lastorders_sim::engine::EngineKind;
use lastorders_sim::generate::Family;
use lastorders_sim::subject::Subject;
use lastorders_sim::sweep::{Seeds, Simulator, Watch, Work, sweep};

/// A chunk of seeds shares its audits and mutants, so this many a family is some more runs.
const SEEDS: Seeds = Seeds { start: 0, end: 500 };

/// Nobody watches.
struct Unseen;

impl Watch for Unseen {}

#[test]
fn every_case_of_the_corpus_gives_what_it_says() {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let entries = folder(&place).unwrap_or_else(|error| panic!("{error}"));
    let mut wrong = String::new();
    for (file, entry) in &entries {
        assert!(!entry.why.trim().is_empty(), "{} does not say why it is there", file.display());
        if let Err(surprise) = entry.replay() {
            let file = file.display();
            let _ = writeln!(wrong, "cargo sim replay {file}\n  {surprise}\n  {}", entry.why);
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn the_first_seeds_of_every_family_lose_nothing() {
    let jobs = std::thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN);
    let mut wrong = String::new();
    for family in Family::ALL {
        let simulator = Simulator { subject: Subject::Ours, engine: EngineKind::Event, family };
        let work = Work { seeds: SEEDS, jobs, mutate: false, stop_after: None };
        let swept = sweep(&simulator, &work, &Unseen);
        assert_eq!(swept.tally.seeds, SEEDS.len(), "{family}");
        for (signature, group) in &swept.tally.failures {
            let first = &group.cases[0];
            let (n, blob) = (group.count, &first.blob);
            let _ = writeln!(wrong, "{family}, {n} × {signature}\n  cargo sim replay '{blob}'");
        }
        for fault in &swept.tally.faults {
            let _ = writeln!(wrong, "{family}, seed {}: {}", fault.origin, fault.what);
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}
