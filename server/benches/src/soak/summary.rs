use std::fmt;
use std::time::Duration;

use super::leaks::Ledger;
use super::settings::Sort;
use super::verdict::Cycle;
use crate::load::Tally;
use crate::progress::say;

/// What the cycles of one kind came to.
#[derive(Debug)]
pub(super) struct Summary {
    sort: Sort,
    seed: u64,
    cycles: u64,
    failed: Vec<u64>,
    tally: Tally,
    took: Duration,
    /// About the heap, where it is looked at.
    heap: Option<String>,
    leaks: bool,
}

impl Summary {
    pub(super) fn new(sort: Sort, seed: u64) -> Self {
        Self {
            sort,
            seed,
            cycles: 0,
            failed: Vec::new(),
            tally: Tally::default(),
            took: Duration::ZERO,
            heap: None,
            leaks: false,
        }
    }

    /// Adds a cycle; says at once what is wrong with it, and how to run it again.
    pub(super) fn add(&mut self, number: u64, cycle: Cycle, took: Duration) {
        self.cycles += 1;
        self.took = took;
        self.tally += cycle.tally;
        if cycle.faults.is_empty() {
            return;
        }
        self.failed.push(number);
        let Self { sort, seed, .. } = self;
        for fault in cycle.faults {
            say(format_args!("soak, {sort}, cycle {number}: {fault}"));
        }
        say(format_args!(
            "  again: cargo ci soak --only {sort} --seed {seed} --from {number} --cycles 1"
        ));
    }

    /// Judges the heap. Too few cycles are a fault unless so few were asked for.
    pub(super) fn judge_heap(&mut self, ledger: &Ledger, few_will_do: bool) {
        match ledger.growth() {
            Some(growth) => {
                self.leaks = growth.is_leak();
                self.heap = Some(growth.to_string());
            }
            None => {
                self.leaks = !few_will_do;
                self.heap = Some("too few cycles to judge the heap".to_owned());
            }
        }
    }

    pub(super) fn is_clean(&self) -> bool {
        self.failed.is_empty() && !self.leaks
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sort, seed, cycles, failed, tally, took, .. } = self;
        write!(
            f,
            "soak, {sort}: {cycles} cycles in {:.0} s, {} failed; {tally}, {} left over; \
             seed {seed}",
            took.as_secs_f64(),
            failed.len(),
            tally.left_over,
        )?;
        if let Some(heap) = &self.heap {
            let verdict = if self.leaks { "failed: " } else { "" };
            write!(f, "\n  {verdict}{heap}")?;
        }
        Ok(())
    }
}
