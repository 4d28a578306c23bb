//! Judges a simulated run by the checks of its plan and by the simulator's own checks, and measures
//! what the run covered.
//!
//! A sweep only calls [`judge`]. Each file of `invariant/` has one check: a pure function, and the
//! servers that the check applies to.
//!
//! * `invariant/`: the checks
//! * `judge`: runs all checks, and derives the verdict
//! * `signature`: the identity of a failure
//! * `sometimes`, `reached`: the situations that a sweep must reach, and those of one run
//! * [`coverage`], `covered`: the combinations that can come up, and those of one run
//! * `run_view`, `run_records`, `records`: a run as checks need it, gathered in one pass

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
    /// The id in findings. No check of the model has the same id.
    pub id: &'static str,
    /// The invariant, in one sentence.
    pub about: &'static str,
    /// The servers that the check applies to.
    pub whose: Whose,
    /// Looks for violations.
    pub judge: fn(&RunView<'_>) -> Vec<Finding>,
}

/// The servers that a check applies to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Every server.
    Every,
    /// Servers that announce their phases and give a report: ours, with or without injected bugs.
    WithWords,
}
