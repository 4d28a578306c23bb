use std::time::Duration;

use super::{Cause, Counts, Phase, Policy, ReleaseOutcome, exit_code};

/// What became of one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Released {
    /// Its place in the order given to [`Machine::new`](super::Machine::new).
    pub place: usize,
    /// How its release ended.
    pub outcome: ReleaseOutcome,
    /// How long its release took.
    pub took: Duration,
}

/// What became of the shutdown, as far as the machine can know. Times count from the machine's
/// origin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outcome {
    /// Why it began; `None` while serving.
    pub cause: Option<Cause>,
    /// When each phase after [`Phase::Serving`] was entered, in order.
    pub entered: Vec<(Phase, Duration)>,
    /// What was open and in flight when it began.
    pub at_signal: Counts,
    /// How many requests ended by themselves since it began.
    pub finished: usize,
    /// What was cut; all zero when everything ended by itself.
    pub aborted: Counts,
    /// Whether a second SIGINT cut it short.
    pub forced: bool,
    /// Whether a task that matters panicked: before it, which then began it, or in it.
    pub panicked: bool,
    /// What became of each resource, in order.
    pub released: Vec<Released>,
}

impl Outcome {
    /// Each phase that was entered and is over: when it began, and how long it lasted.
    pub fn phases(&self) -> impl Iterator<Item = (Phase, Duration, Duration)> {
        let ends = self.entered.iter().skip(1).map(|(_, at)| *at);
        self.entered
            .iter()
            .zip(ends)
            .map(|((phase, at), end)| (*phase, *at, end.saturating_sub(*at)))
    }

    /// Whether everything in flight ended by itself, no task that matters panicked, and everything
    /// was released.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        let released = self.released.iter().all(|it| it.outcome == ReleaseOutcome::Done);
        !self.forced && !self.panicked && !self.aborted.holding() && released
    }

    /// The exit code: [`INTERRUPTED`](exit_code::INTERRUPTED) when it was forced,
    /// [`PANIC`](exit_code::PANIC) when a task that matters panicked, the policy's
    /// `forced_exit_code` when something was cut or could not be released, else
    /// [`CLEAN`](exit_code::CLEAN).
    #[must_use]
    pub fn exit_code(&self, policy: &Policy) -> u8 {
        if self.forced {
            exit_code::INTERRUPTED
        } else if self.panicked {
            exit_code::PANIC
        } else if self.is_clean() {
            exit_code::CLEAN
        } else {
            policy.forced_exit_code
        }
    }
}
