use std::fmt;
use std::time::Duration;

use super::cycle_result::CycleResult;
use super::leaks::HeapHistory;
use super::settings::CycleKind;
use crate::console::print_status;
use crate::load::Tally;

/// The results of the cycles of one kind.
#[derive(Debug)]
pub(super) struct Summary {
    kind: CycleKind,
    seed: u64,
    cycles: u64,
    failed: Vec<u64>,
    tally: Tally,
    took: Duration,
    /// The development of the heap, if it was measured.
    heap: Option<String>,
    leaks: bool,
}

impl Summary {
    pub(super) fn new(kind: CycleKind, seed: u64) -> Self {
        Self {
            kind,
            seed,
            cycles: 0,
            failed: Vec::new(),
            tally: Tally::default(),
            took: Duration::ZERO,
            heap: None,
            leaks: false,
        }
    }

    /// Adds a cycle. Prints its faults at once, and how to rerun it.
    pub(super) fn add(&mut self, number: u64, cycle: CycleResult, took: Duration) {
        self.cycles += 1;
        self.took = took;
        self.tally += cycle.tally;
        if cycle.faults.is_empty() {
            return;
        }
        self.failed.push(number);
        let Self { kind, seed, .. } = self;
        for fault in cycle.faults {
            print_status(format_args!("soak, {kind}, cycle {number}: {fault}"));
        }
        print_status(format_args!(
            "  rerun: cargo ci soak --only {kind} --seed {seed} --from {number} --cycles 1"
        ));
    }

    /// Evaluates the heap. Too few cycles are a fault, unless the user asked for few.
    pub(super) fn evaluate_heap(&mut self, heap_history: &HeapHistory, few_suffice: bool) {
        match heap_history.growth() {
            Some(growth) => {
                self.leaks = growth.is_leak();
                self.heap = Some(growth.to_string());
            }
            None => {
                self.leaks = !few_suffice;
                self.heap = Some("too few cycles to evaluate the heap".to_owned());
            }
        }
    }

    pub(super) fn is_clean(&self) -> bool {
        self.failed.is_empty() && !self.leaks
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, seed, cycles, failed, tally, took, .. } = self;
        write!(
            f,
            "soak, {kind}: {cycles} cycles in {:.0} s, {} failed; {tally}, {} left over; \
             seed {seed}",
            took.as_secs_f64(),
            failed.len(),
            tally.left_over,
        )?;
        if let Some(heap) = &self.heap {
            let prefix = if self.leaks { "failed: " } else { "" };
            write!(f, "\n  {prefix}{heap}")?;
        }
        Ok(())
    }
}
