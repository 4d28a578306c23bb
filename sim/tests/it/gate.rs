//! Every `cargo test` runs the corpus, and some hundred seeds of every family. A build without
//! `--cfg lastorders_sim` skips the corpus entries whose server has an injected bug.

use std::fmt::Write as _;
use std::num::NonZero;
use std::path::Path;

use lastorders_sim::cli::COMMAND;
use lastorders_sim::corpus::{Entry, folder};
use lastorders_sim::engine::EngineKind;
use lastorders_sim::generate::Family;
use lastorders_sim::subject::Subject;
use lastorders_sim::sweep::{Seeds, Simulator, Watch, Work, sweep};

/// Seeds of each family: one chunk. The chunk's audits and mutants come on top.
const SEEDS: Seeds = Seeds { start: 0, end: 500 };

/// An observer that does nothing.
struct Unseen;

impl Watch for Unseen {}

/// Replays the chosen entries of the corpus. Fails if fewer than `at_least` are chosen.
fn replay_corpus(is_chosen: impl Fn(&Entry) -> bool, at_least: usize) {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let mut entries = folder(&place).unwrap_or_else(|error| panic!("{error}"));
    entries.retain(|(_, entry)| is_chosen(entry));
    assert!(entries.len() >= at_least, "{} entries of the corpus are chosen", entries.len());
    let mut wrong = String::new();
    for (file, entry) in &entries {
        assert!(!entry.why.trim().is_empty(), "{} does not say why it is there", file.display());
        if let Err(surprise) = entry.replay() {
            let file = file.display();
            let _ = writeln!(wrong, "{COMMAND} replay {file}\n  {surprise}\n  {}", entry.why);
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn every_corpus_case_for_any_build_gives_its_expected_result() {
    replay_corpus(|entry| !entry.needs_injected(), 20);
}

/// In a build with rare paths, a test in `injected` sweeps the same seeds.
#[cfg(not(lastorders_sim))]
#[test]
fn our_server_passes_the_first_seeds_of_every_family() {
    sweep_first_seeds();
}

fn sweep_first_seeds() {
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
            let _ = writeln!(wrong, "{family}, {n} × {signature}\n  {COMMAND} replay '{blob}'");
        }
        for fault in &swept.tally.faults {
            let _ = writeln!(wrong, "{family}, seed {}: {}", fault.origin, fault.what);
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[cfg(lastorders_sim)]
mod injected {
    use super::*;

    #[test]
    fn every_corpus_case_with_an_injected_bug_gives_its_expected_result() {
        replay_corpus(Entry::needs_injected, 9);
    }

    #[test]
    fn our_server_passes_the_first_seeds_of_every_family_on_rare_paths() {
        sweep_first_seeds();
    }
}

#[cfg(not(lastorders_sim))]
#[test]
fn a_corpus_entry_with_an_injected_bug_proves_nothing_in_this_build() {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let entries = folder(&place).unwrap_or_else(|error| panic!("{error}"));
    let (_, entry) =
        entries.iter().find(|(_, it)| it.needs_injected()).expect("the corpus has one");
    let error = entry.replay().expect_err("this build cannot replay it").to_string();
    assert!(error.contains("proves nothing") && error.contains("`cargo sim`"), "{error}");
}
