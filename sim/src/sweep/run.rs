use std::collections::BTreeMap;
use std::num::NonZero;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use super::chunk::{self, Done};
use super::{Origin, Seeds, Seen, Simulate, Tally};

/// What is to be swept, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Work {
    /// The seeds.
    pub seeds: Seeds,
    /// How many threads; each carries out one simulation at a time.
    pub jobs: NonZero<usize>,
    /// Whether rare cases are changed and carried out again.
    pub mutate: bool,
    /// After how many distinct signatures it ends.
    pub stop_after: Option<NonZero<usize>>,
}

/// Who watches a sweep, and may end it. Called from every thread.
pub trait Watch: Sync {
    /// Whether it goes on. Asked before each simulation.
    fn go(&self) -> Go {
        Go::On
    }

    /// One more simulation is done.
    fn simulated(&self) {}

    /// What all chunks up to some seed have given together.
    fn tallied(&self, _tally: &Tally) {}
}

/// Whether a sweep goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Go {
    /// It does.
    On,
    /// The chunks that are begun are finished, and no other is begun.
    FinishChunks,
    /// What is begun is abandoned.
    Stop,
}

/// What a sweep gave. The same for any number of threads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Swept {
    /// The seeds that were carried out: the first of those wanted, in whole chunks.
    pub done: Seeds,
    /// A hash of each chunk.
    pub chunks: Vec<u64>,
    /// What was seen.
    pub tally: Tally,
}

/// Carries out every seed, or as many as the watcher and the failures allow.
///
/// # Panics
///
/// If no thread can be started.
pub fn sweep(sim: &dyn Simulate, work: &Work, watch: &dyn Watch) -> Swept {
    let names = sim.sometimes();
    let counted = Counted { sim, watch };
    let next = AtomicU64::new(0);
    let enough = AtomicBool::new(false);
    let all = work.seeds.chunks();
    let (sender, receiver) = channel();
    thread::scope(|scope| {
        for _ in 0..work.jobs.get() {
            let (sender, names, next, enough, counted) =
                (sender.clone(), &names, &next, &enough, &counted);
            scope.spawn(move || {
                let abandon = || enough.load(Ordering::Relaxed) || watch.go() == Go::Stop;
                while !enough.load(Ordering::Relaxed) && watch.go() == Go::On {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= all {
                        break;
                    }
                    let seeds = work.seeds.chunk(index);
                    let done = chunk::carry_out(counted, names, seeds, work.mutate, &abandon);
                    let Some(done) = done else { break };
                    // Nobody receives any more where there are enough failures.
                    let _ = sender.send((index, done));
                }
            });
        }
        drop(sender);
        let swept = collect(work, Tally::new(&names), &receiver, watch);
        enough.store(true, Ordering::Relaxed);
        swept
    })
}

/// Takes chunks in as they come and adds them up in their order.
fn collect(
    work: &Work,
    tally: Tally,
    receiver: &Receiver<(u64, Done)>,
    watch: &dyn Watch,
) -> Swept {
    let mut early = BTreeMap::new();
    let start = work.seeds.start;
    let mut swept = Swept { done: Seeds { start, end: start }, chunks: Vec::new(), tally };
    for (index, done) in receiver {
        early.insert(index, done);
        while let Some(done) = early.remove(&(swept.chunks.len() as u64)) {
            if swept.add(work, &done).is_break() {
                return swept;
            }
        }
        watch.tallied(&swept.tally);
    }
    swept
}

impl Swept {
    fn add(&mut self, work: &Work, done: &Done) -> ControlFlow<()> {
        self.done.end = work.seeds.chunk(self.chunks.len() as u64).end;
        self.chunks.push(done.hash);
        self.tally.absorb(&done.tally);
        match work.stop_after {
            Some(most) if self.tally.failures.len() >= most.get() => ControlFlow::Break(()),
            Some(_) | None => ControlFlow::Continue(()),
        }
    }
}

/// A simulation that is counted as it goes on.
struct Counted<'a> {
    sim: &'a dyn Simulate,
    watch: &'a dyn Watch,
}

impl Simulate for Counted<'_> {
    fn simulate(&self, origin: Origin) -> Seen {
        let seen = self.sim.simulate(origin);
        self.watch.simulated();
        seen
    }

    fn audit(&self, origin: Origin) -> Result<(), String> {
        self.sim.audit(origin)
    }

    fn sometimes(&self) -> Vec<&'static str> {
        self.sim.sometimes()
    }
}
