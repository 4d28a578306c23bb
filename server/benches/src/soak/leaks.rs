//! Open descriptors, live tasks and heap after a cycle, and whether the heap grows.

use std::collections::VecDeque;
use std::fmt;
use std::fs;
use std::io;

/// The resources in use after a cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResourceUsage {
    /// Open descriptors of this process.
    pub descriptors: usize,
    /// Live tasks on the server's runtime.
    pub tasks: usize,
    /// Bytes of the heap that are allocated and not freed.
    pub heap: usize,
}

/// How many of the first cycles are ignored for the heap: one in ten, and at least this many. In
/// that time caches, pools and queues grow to their final size.
const WARM_UP: usize = 10;

/// The fewest cycles after the warm-up that show a trend.
const FEWEST: usize = 30;

/// How much the median of the live heap may grow from the first third to the last. Pools (the
/// runtime's queues, timers and thread-local buffers) vary by some KiB from cycle to cycle, and
/// their median by less. A connection that leaks in each cycle takes at least 1 KiB a cycle, and so
/// exceeds this within [`FEWEST`] cycles.
const TOLERANCE: usize = 16 * 1024;

/// How many of the last cycles are kept: hours of them.
const KEPT: usize = 1 << 16;

/// The heap after each cycle so far.
#[derive(Debug)]
pub struct HeapHistory {
    /// Never reallocated, because it is on the very heap that is measured.
    heap: VecDeque<usize>,
}

impl Default for HeapHistory {
    fn default() -> Self {
        Self { heap: VecDeque::with_capacity(KEPT) }
    }
}

impl ResourceUsage {
    /// How many descriptors this process has open.
    ///
    /// # Errors
    ///
    /// When `/proc` cannot be read.
    pub fn descriptors() -> io::Result<usize> {
        // One descriptor belongs to the folder listing itself.
        Ok(fs::read_dir("/proc/self/fd")?.count().saturating_sub(1))
    }
}

impl fmt::Display for ResourceUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { descriptors, tasks, heap } = self;
        write!(f, "{descriptors} descriptors, {tasks} tasks, {heap} bytes of heap")
    }
}

impl HeapHistory {
    /// Records the resources after a cycle. Returns the faults of this cycle alone.
    pub fn note(&mut self, before: usize, left: ResourceUsage) -> Vec<String> {
        if self.heap.len() == KEPT {
            self.heap.pop_front();
        }
        self.heap.push_back(left.heap);
        let mut faults = Vec::new();
        if left.descriptors != before {
            let after = left.descriptors;
            faults.push(format!(
                "{before} descriptors were open before the cycle, and {after} after it"
            ));
        }
        if left.tasks > 0 {
            faults.push(format!("{} tasks are still alive", left.tasks));
        }
        faults
    }

    /// How the heap developed; `None` when there are too few cycles.
    #[must_use]
    pub fn growth(&self) -> Option<Growth> {
        let warm = WARM_UP.max(self.heap.len() / 10);
        let measured: Vec<usize> = self.heap.iter().skip(warm).copied().collect();
        if measured.len() < FEWEST {
            return None;
        }
        let third = measured.len() / 3;
        Some(Growth {
            first: median(&measured[..third]),
            last: median(&measured[measured.len() - third..]),
            cycles: measured.len(),
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
    /// Whether the heap grew by more than the tolerance of 16 KiB.
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

    fn left(heap: usize) -> ResourceUsage {
        ResourceUsage { descriptors: 9, tasks: 0, heap }
    }

    fn growth(heap: impl Iterator<Item = usize>) -> Option<Growth> {
        let mut heap_history = HeapHistory::default();
        for heap in heap {
            assert!(heap_history.note(9, left(heap)).is_empty());
        }
        heap_history.growth()
    }

    #[test]
    fn leaked_descriptors_and_tasks_are_faults_of_one_cycle() {
        let mut heap_history = HeapHistory::default();
        assert_eq!(heap_history.note(8, left(0)).len(), 1);
        assert_eq!(heap_history.note(10, left(0)).len(), 1);
        assert_eq!(heap_history.note(9, ResourceUsage { tasks: 1, ..left(0) }).len(), 1);
    }

    #[test]
    fn heap_growth_of_one_kib_a_cycle_is_a_leak() {
        let growth = growth((0..60).map(|cycle| 100_000 + 1024 * cycle)).expect("enough");
        assert!(growth.is_leak(), "{growth}");
    }

    #[test]
    fn heap_variation_and_growth_during_warm_up_are_no_leaks() {
        let swinging = (0..60).map(|cycle| 100_000 + cycle * 7919 % 12_000);
        let warming = (0..60).map(|cycle| 100_000 + 50_000 * cycle.min(10));
        for growth in [growth(swinging), growth(warming)] {
            let growth = growth.expect("enough");
            assert!(!growth.is_leak(), "{growth}");
        }
    }

    #[test]
    fn too_few_cycles_give_no_growth() {
        assert_eq!(growth((0..39).map(|cycle| cycle << 20)), None);
        assert!(growth((0..40).map(|cycle| cycle << 20)).is_some_and(|it| it.is_leak()));
    }
}
