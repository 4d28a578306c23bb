//! What is open, alive and held after a cycle, and whether it grows.

use std::collections::VecDeque;
use std::fmt;
use std::fs;
use std::io;

/// What is left after a cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// Open descriptors of this process.
    pub descriptors: usize,
    /// Tasks that are alive on the server's runtime.
    pub tasks: usize,
    /// Bytes of the heap that are allocated and not freed.
    pub heap: usize,
}

/// How many cycles of the beginning are not looked at, for the heap: one in ten, and at least
/// these. Until then caches, pools and queues grow to the size that they keep.
const WARM_UP: usize = 10;

/// Fewer cycles than this after the warm-up say nothing about a trend.
const FEWEST: usize = 30;

/// How much the heap may grow from the median of the first third to that of the last. What is
/// pooled (the runtime's queues, timers and thread-local buffers) varies from cycle to cycle by
/// some KiB, and its median by less; one connection that leaks in each cycle is at least 1 KiB a
/// cycle, and so more than this within [`FEWEST`] cycles.
const TOLERANCE: usize = 16 * 1024;

/// How many cycles are kept, the last ones: hours of them.
const KEPT: usize = 1 << 16;

/// What was left after each cycle so far.
#[derive(Debug)]
pub struct Ledger {
    /// It never grows beyond what it has from the start: it is on the very heap that is judged.
    heap: VecDeque<usize>,
}

impl Default for Ledger {
    fn default() -> Self {
        Self { heap: VecDeque::with_capacity(KEPT) }
    }
}

impl Left {
    /// How many descriptors this process has open.
    ///
    /// # Errors
    ///
    /// When `/proc` cannot be read.
    pub fn descriptors() -> io::Result<usize> {
        // One of them is the folder's own.
        Ok(fs::read_dir("/proc/self/fd")?.count().saturating_sub(1))
    }
}

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { descriptors, tasks, heap } = self;
        write!(f, "{descriptors} descriptors, {tasks} tasks, {heap} bytes of heap")
    }
}

impl Ledger {
    /// Notes what is left after a cycle, and says what is wrong with it by itself.
    pub fn note(&mut self, before: usize, left: Left) -> Vec<String> {
        if self.heap.len() == KEPT {
            self.heap.pop_front();
        }
        self.heap.push_back(left.heap);
        let mut faults = Vec::new();
        if left.descriptors != before {
            let after = left.descriptors;
            faults.push(format!("{before} descriptors were open before, and {after} after it"));
        }
        if left.tasks > 0 {
            faults.push(format!("{} tasks are still alive", left.tasks));
        }
        faults
    }

    /// Whether the heap grows; `None` when there are too few cycles to say.
    #[must_use]
    pub fn growth(&self) -> Option<Growth> {
        let warm = WARM_UP.max(self.heap.len() / 10);
        let judged: Vec<usize> = self.heap.iter().skip(warm).copied().collect();
        if judged.len() < FEWEST {
            return None;
        }
        let third = judged.len() / 3;
        Some(Growth {
            first: median(&judged[..third]),
            last: median(&judged[judged.len() - third..]),
            cycles: judged.len(),
        })
    }
}

/// How the live heap developed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Growth {
    first: usize,
    last: usize,
    cycles: usize,
}

impl Growth {
    /// Whether it grew by more than can be explained.
    #[must_use]
    pub fn is_leak(&self) -> bool {
        self.last > self.first + TOLERANCE
    }
}

impl fmt::Display for Growth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { first, last, cycles } = self;
        write!(
            f,
            "live heap over {cycles} cycles: median of the first third {first} bytes, of the last \
             {last} (may grow by {TOLERANCE})"
        )
    }
}

fn median(values: &[usize]) -> usize {
    let mut values = values.to_vec();
    values.sort_unstable();
    values[values.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(heap: usize) -> Left {
        Left { descriptors: 9, tasks: 0, heap }
    }

    fn growth(heap: impl Iterator<Item = usize>) -> Option<Growth> {
        let mut ledger = Ledger::default();
        for heap in heap {
            assert!(ledger.note(9, left(heap)).is_empty());
        }
        ledger.growth()
    }

    #[test]
    fn descriptors_and_tasks_are_told_at_once() {
        let mut ledger = Ledger::default();
        assert_eq!(ledger.note(8, left(0)).len(), 1);
        assert_eq!(ledger.note(10, left(0)).len(), 1);
        assert_eq!(ledger.note(9, Left { tasks: 1, ..left(0) }).len(), 1);
    }

    #[test]
    fn a_kibibyte_a_cycle_is_a_leak() {
        let growth = growth((0..60).map(|cycle| 100_000 + 1024 * cycle)).expect("enough");
        assert!(growth.is_leak(), "{growth}");
    }

    #[test]
    fn what_swings_and_what_grows_while_it_warms_up_is_none() {
        let swinging = (0..60).map(|cycle| 100_000 + cycle * 7919 % 12_000);
        let warming = (0..60).map(|cycle| 100_000 + 50_000 * cycle.min(10));
        for growth in [growth(swinging), growth(warming)] {
            let growth = growth.expect("enough");
            assert!(!growth.is_leak(), "{growth}");
        }
    }

    #[test]
    fn few_cycles_say_nothing() {
        assert_eq!(growth((0..39).map(|cycle| cycle << 20)), None);
        assert!(growth((0..40).map(|cycle| cycle << 20)).is_some_and(|it| it.is_leak()));
    }
}
