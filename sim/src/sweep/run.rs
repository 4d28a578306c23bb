use std::collections::BTreeMap;
use std::num::NonZero;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use super::chunk::{self, Done};
use super::{Origin, Seeds, Seen, Simulate, Tally};

/// The work of a sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Work {
    /// The seeds.
    pub seeds: Seeds,
    /// Number of threads. Each runs one simulation at a time.
    pub jobs: NonZero<usize>,
    /// Whether mutants of rare cases are run too.
    pub mutate: bool,
    /// The number of signatures after which the sweep ends.
    pub stop_after: Option<NonZero<usize>>,
}

/// Observes a sweep, and may end it. Called from all threads.
pub trait Watch: Sync {
    /// Whether the sweep goes on. Called before each simulation.
    fn go(&self) -> Go {
        Go::On
    }

    /// Called after each simulation.
    fn simulated(&self) {}

    /// Called with the sum of all chunks up to some seed.
    fn tallied(&self, _tally: &Tally) {}
}

/// Whether a sweep goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Go {
    /// The sweep goes on.
    On,
    /// The sweep finishes its current chunks and begins no other.
    FinishChunks,
    /// The sweep abandons its current chunks.
    Stop,
}

/// The result of a sweep, equal for any number of threads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Swept {
    /// The seeds that were run: whole chunks from the first requested seed on.
    pub done: Seeds,
    /// The hash of each chunk.
    pub chunks: Vec<u64>,
    /// The sums of the results.
    pub tally: Tally,
}

/// Runs all seeds, or as many as the observer and the failures allow.
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
                    // The receiver is gone if there are enough failures.
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

/// Collects chunks as they finish, and adds them up in order.
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

/// A simulation that counts its runs.
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
