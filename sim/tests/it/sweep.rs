//! Sweeps over a fake simulation. The result must not depend on threads, shards or machines, and
//! merging must refuse results that do not fit.

use std::num::NonZero;
use std::sync::atomic::{AtomicU64, Ordering};

use lastorders_sim::check::coverage::Tuple;
use lastorders_sim::sweep::{
    CHUNK, Failure, FaultKind, Go, Machine, MergeError, Options, Origin, Same, Seeds, Seen, Shard,
    Simulate, Sweep, Swept, Tool, Watch, Work, merge, same, sweep,
};

/// Derives everything from the origin. Fails, panics and diverges at given seeds.
#[derive(Debug)]
struct Fake {
    fails: fn(u64) -> bool,
    diverges: Option<u64>,
    panics: Option<u64>,
    salt: u64,
}

impl Default for Fake {
    fn default() -> Self {
        Self { fails: |_| false, diverges: None, panics: None, salt: 0 }
    }
}

impl Simulate for Fake {
    fn simulate(&self, origin: Origin) -> Seen {
        assert_ne!(Some(origin.seed), self.panics, "a fault of the simulator");
        let drawn = mix(origin.seed ^ self.salt ^ u64::from(origin.mutant) << 40);
        let failure = (self.fails)(origin.seed).then(|| Failure {
            signature: format!("check-{}/draining/idle", origin.seed % 3),
            blob: format!("v2:{origin}"),
        });
        let number = if drawn.is_multiple_of(500) { 40 } else { drawn % 4 };
        let tuple = u16::try_from(number).ok().and_then(Tuple::of).expect("there are as many");
        Seen {
            hash: drawn,
            virtual_us: 30_000_000,
            failure,
            sometimes: u32::from(drawn.is_multiple_of(7))
                | u32::from(drawn.is_multiple_of(97)) << 1,
            coverage: vec![tuple],
            unsupported: None,
        }
    }

    fn audit(&self, origin: Origin) -> Result<(), String> {
        if self.diverges == Some(origin.seed) { Err("record 7 differs".to_owned()) } else { Ok(()) }
    }

    fn sometimes(&self) -> Vec<&'static str> {
        vec!["one in 7", "one in 97", "never"]
    }
}

fn mix(n: u64) -> u64 {
    let n = (n ^ n >> 31).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    n ^ n >> 29
}

/// An observer that does nothing.
struct Alone;
impl Watch for Alone {}

fn seeds(start: u64, end: u64) -> Seeds {
    Seeds { start, end }
}

fn work(seeds: Seeds, jobs: usize) -> Work {
    Work { seeds, jobs: NonZero::new(jobs).expect("some"), mutate: true, stop_after: None }
}

fn swept(sim: &Fake, seeds: Seeds, jobs: usize) -> Swept {
    sweep(sim, &work(seeds, jobs), &Alone)
}

fn tool() -> Tool {
    let [name, version, lock] = ["lastorders-sim", "0.1.0", "abc"].map(str::to_owned);
    Tool { name, version, lock }
}

fn options() -> Options {
    let [subject, engine, family] = ["ours", "event", "all"].map(str::to_owned);
    Options { subject, engine, family, mutate: true }
}

fn shard(sim: &Fake, wanted: Seeds, index: u64, of: u64) -> (String, Sweep) {
    let shard = Shard { index, of };
    let swept = swept(sim, shard.part(wanted), 2);
    let mut result = Sweep::new(tool(), options(), wanted, shard, swept);
    result.machine = Machine { jobs: 2, seconds: 1.5 };
    // The result as another machine would read it.
    let result = Sweep::from_json(&result.to_json()).expect("it is its own");
    (format!("{index}.json"), result)
}

fn some_fail(seed: u64) -> bool {
    seed.is_multiple_of(91)
}

#[test]
fn a_sweep_gives_the_same_result_with_any_number_of_threads() {
    let sim = Fake { fails: some_fail, ..Fake::default() };
    let one = swept(&sim, seeds(3, 5000), 1);
    assert_eq!(one.done, seeds(3, 5000));
    assert!(one.tally.mutants > 0 && one.tally.failed() > 0 && one.tally.audited > 30);
    for jobs in [2, 3, 8] {
        assert_eq!(swept(&sim, seeds(3, 5000), jobs), one, "{jobs} threads");
    }
}

#[test]
fn merged_shards_equal_the_unsharded_sweep() {
    let sim = Fake { fails: some_fail, ..Fake::default() };
    let wanted = seeds(100, 100 + 20 * CHUNK + 17);
    let (_, mut whole) = shard(&sim, wanted, 1, 1);
    for of in [1, 2, 4, 7, 30] {
        // In any order of the shards.
        let shards = (1..=of).rev().map(|index| shard(&sim, wanted, index, of)).collect();
        let merged = merge(shards).expect("they belong together");
        assert!(merged.is_complete());
        whole.machine = merged.machine;
        assert_eq!(merged, whole, "{of} shards");
    }
}

#[test]
fn merge_refuses_results_that_do_not_fit() {
    let sim = Fake::default();
    let wanted = seeds(0, 8 * CHUNK);
    let all = || (1..=4).map(|index| shard(&sim, wanted, index, 4)).collect::<Vec<_>>();
    let refused = |shards| merge(shards).expect_err("they do not belong together").to_string();

    let mut gap = all();
    gap.remove(1);
    assert_eq!(refused(gap), "no result has the seeds 512..1024: shard 2/4 is missing");
    let mut ends = all();
    ends.remove(3);
    ends.remove(0);
    let text = refused(ends);
    assert_eq!(text, "no result has the seeds 0..512, 1536..2048: shards 1/4, 4/4 are missing");

    let mut twice = all();
    twice.push(("again.json".to_owned(), twice[2].1.clone()));
    let text = refused(twice);
    assert!(text.contains("3.json and again.json both have the seeds 1024..1536"), "{text}");
    assert!(text.ends_with("hash for hash"), "{text}");
    let mut other = all();
    other.push(shard(&Fake { salt: 1, ..Fake::default() }, wanted, 3, 4));
    assert!(refused(other).contains("the two differ"));
    let mut overlap = all();
    overlap.push(shard(&sim, wanted, 2, 3));
    assert!(refused(overlap).contains("both have the seeds"));

    for (change, expected) in [
        ((|it| it.tool.lock = "def".to_owned()) as fn(&mut Sweep), "(lock def)"),
        (|it| it.tool.version = "0.2.0".to_owned(), "0.2.0"),
        (|it| it.options.subject = "axum".to_owned(), "the subject ours"),
        (|it| it.options.engine = "turmoil".to_owned(), "the engine event"),
        (|it| it.options.family = "idle".to_owned(), "the family all"),
        (|it| it.options.mutate = false, "mutation true"),
        (|it| it.wanted.end += 1, "the whole range 0..2048"),
    ] {
        let mut shards = all();
        change(&mut shards[2].1);
        let text = refused(shards);
        assert!(text.contains(expected), "{text}");
    }
    assert_eq!(merge(Vec::new()), Err(MergeError::Nothing));
}

#[test]
fn a_changed_or_truncated_result_is_refused() {
    let (_, whole) = shard(&Fake::default(), seeds(0, 4 * CHUNK), 1, 1);
    let text = whole.to_json();
    for (from, to, expected) in [
        (whole.chunks[1].as_str(), "0000000000000000", "the hash does not fit the chunks"),
        ("\"schema_version\": 1", "\"schema_version\": 2", "version 2"),
        ("\"seeds\": 1024", "\"seeds\": 1023", "the number of seeds does not fit"),
        ("\"shard\"", "\"shart\"", "not the result of a sweep"),
    ] {
        let error = Sweep::from_json(&text.replacen(from, to, 1)).expect_err(expected).to_string();
        assert!(error.contains(expected), "{error}");
    }
    assert!(Sweep::from_json(&text[..text.len() / 2]).is_err());
}

#[test]
fn every_failing_seed_is_audited_and_a_divergence_is_reported() {
    let sim = Fake { fails: |seed| seed == 300, diverges: Some(300), ..Fake::default() };
    let tally = swept(&sim, seeds(0, 2 * CHUNK), 2).tally;
    assert_eq!(tally.faults(FaultKind::Divergence), tally.faults.len());
    assert_eq!(tally.faults[0].origin, Origin::from(300));
    assert_eq!(tally.faults[0].what, "record 7 differs");
}

#[test]
fn a_panic_of_the_simulator_is_reported_and_the_sweep_continues() {
    let sim = Fake { panics: Some(77), ..Fake::default() };
    let tally = swept(&sim, seeds(0, 2 * CHUNK), 2).tally;
    assert_eq!((tally.seeds, tally.faults(FaultKind::Panic)), (2 * CHUNK, 1));
    assert!(tally.faults[0].what.contains("a fault of the simulator"));
}

#[test]
fn stop_after_ends_a_sweep_at_the_same_chunk_with_any_number_of_threads() {
    let sim = Fake { fails: |seed| seed > 3 * CHUNK, ..Fake::default() };
    let stop = |jobs| Work { stop_after: NonZero::new(3), ..work(seeds(0, 100 * CHUNK), jobs) };
    let one = sweep(&sim, &stop(1), &Alone);
    assert_eq!(one.done, seeds(0, 4 * CHUNK));
    assert_eq!(one.tally.failures.len(), 3);
    assert_eq!(sweep(&sim, &stop(4), &Alone), one);
}

/// Ends a sweep after this many simulations.
struct After(AtomicU64, u64, Go);

impl Watch for After {
    fn go(&self) -> Go {
        if self.0.load(Ordering::SeqCst) >= self.1 { self.2 } else { Go::On }
    }

    fn simulated(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn an_interrupted_shard_merges_as_partial() {
    let sim = Fake::default();
    let wanted = seeds(0, 8 * CHUNK);
    let mut shards: Vec<_> = (1..=4).map(|index| shard(&sim, wanted, index, 4)).collect();
    let part = Shard { index: 2, of: 4 }.part(wanted);
    let cut = sweep(&sim, &work(part, 1), &After(AtomicU64::new(0), CHUNK + CHUNK / 2, Go::Stop));
    assert_eq!(cut.done, seeds(2 * CHUNK, 3 * CHUNK), "what is begun is dropped");
    shards[1].1 = Sweep::new(tool(), options(), wanted, Shard { index: 2, of: 4 }, cut);
    shards[1].1.interrupted = Some(2);
    let merged = merge(shards).expect("it is taken");
    assert!(!merged.is_complete());
    assert_eq!(merged.done, [seeds(0, 3 * CHUNK), seeds(4 * CHUNK, 8 * CHUNK)]);
    assert_eq!(merged.interrupted, Some(2));
    Sweep::from_json(&merged.to_json()).expect("it fits together");
}

#[test]
fn a_sweep_that_runs_out_of_time_has_whole_chunks() {
    let watch = After(AtomicU64::new(0), 10, Go::FinishChunks);
    let open = sweep(&Fake::default(), &work(seeds(9, u64::MAX), 2), &watch);
    assert!(open.done.len() >= CHUNK && open.done.len().is_multiple_of(CHUNK), "{}", open.done);
    assert_eq!(open.done.len(), open.tally.seeds);
}

#[test]
fn same_proves_equal_runs_or_names_the_first_different_seeds() {
    let wanted = seeds(0, 8 * CHUNK);
    let (_, one) = shard(&Fake::default(), wanted, 1, 1);
    let (_, again) = shard(&Fake::default(), wanted, 1, 1);
    assert_eq!(same(("a", &one), ("b", &again)), Ok(Same::Yes));
    let other = Fake { fails: |seed| seed == 3 * CHUNK + 1, ..Fake::default() };
    let (_, other) = shard(&other, wanted, 1, 1);
    let from = Same::From(seeds(3 * CHUNK, 4 * CHUNK));
    assert_eq!(same(("a", &one), ("b", &other)), Ok(from));
    let (_, less) = shard(&Fake::default(), wanted, 1, 2);
    assert!(same(("a", &one), ("b", &less)).is_err());
}
