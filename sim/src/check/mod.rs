//! Judges a simulated run: the checks that its plan names, those that only a simulator can do, and
//! what the run was good for.
//!
//! [`judge`] is all that a sweep needs. One invariant a file; each is a pure function, and says
//! which servers it applies to: those with words of their own (phases and a report: ours, and what
//! is made of it), or every one.
//!
//! * `invariant/`: the checks
//! * `judge`: all checks, and what they amount to
//! * `signature`: what a failure is known by
//! * `sometimes`, `reached`: situations that a sweep must have been in, and those of one run
//! * [`coverage`], `covered`: which combinations there are, and those of one run
//! * `run_view`, `run_records`, `records`: what checks ask of a run, gathered in one pass

pub mod coverage;
mod covered;
mod invariant;
mod judge;
mod reached;
mod records;
mod run_records;
mod run_view;
mod signature;
mod sometimes;
#[cfg(test)]
mod testing;

pub use lastorders_model::check::{Finding, Kind, Level, Verdict};

pub use self::invariant::{CHECKS, find};
pub use self::judge::{Judged, judge, judge_history};
pub use self::run_view::{QUANTUM_US, RunView};
pub use self::signature::Signature;
pub use self::sometimes::Sometimes;

/// One invariant that only a simulator can check.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// Its id, as it stands in findings. None of the harness's checks has it.
    pub id: &'static str,
    /// The invariant, in one sentence.
    pub about: &'static str,
    /// Which servers it applies to.
    pub whose: Whose,
    /// Looks for violations.
    pub judge: fn(&RunView<'_>) -> Vec<Finding>,
}

/// Which servers a check applies to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Every one.
    Every,
    /// Those that say which phase they are in, and report: ours, and what is made of it.
    WithWords,
}
