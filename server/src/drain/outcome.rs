use std::time::Duration;

use super::{Cause, Counts, Phase, Policy, ReleaseOutcome, exit_code};

/// The release of one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Released {
    /// The index of the resource in the list given to [`Machine::new`](super::Machine::new).
    pub place: usize,
    /// The outcome of the release.
    pub outcome: ReleaseOutcome,
    /// How long the release took.
    pub took: Duration,
}

/// The result of a shutdown, as far as the machine knows. Times count from the machine's origin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outcome {
    /// Why the shutdown began; `None` while serving.
    pub cause: Option<Cause>,
    /// The phases after [`Phase::Serving`] that were entered, in order, and the time of each.
    pub entered: Vec<(Phase, Duration)>,
    /// How much was open and in flight when the shutdown began.
    pub at_signal: Counts,
    /// How many requests ended by themselves since the shutdown began.
    pub finished: usize,
    /// How much was cut; all zero when everything ended by itself.
    pub aborted: Counts,
    /// Whether a second SIGINT cut the shutdown short.
    pub forced: bool,
    /// Whether an essential task panicked. The panic either began the shutdown or came during it.
    pub panicked: bool,
    /// The releases that have ended, in order.
    pub released: Vec<Released>,
}

impl Outcome {
    /// Each phase that is over, with the time at which it began and its length.
    pub fn phases(&self) -> impl Iterator<Item = (Phase, Duration, Duration)> {
        let ends = self.entered.iter().skip(1).map(|(_, at)| *at);
        self.entered
            .iter()
            .zip(ends)
            .map(|((phase, at), end)| (*phase, *at, end.saturating_sub(*at)))
    }

    /// Whether everything in flight ended by itself, no essential task panicked, and every resource
    /// was released.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        let released = self.released.iter().all(|it| it.outcome == ReleaseOutcome::Done);
        !self.forced && !self.panicked && !self.aborted.holding() && released
    }

    /// The exit code. The first row that applies decides:
    ///
    /// | case | exit code |
    /// |---|---|
    /// | a second SIGINT forced the end | [`INTERRUPTED`](exit_code::INTERRUPTED) |
    /// | an essential task panicked | [`PANIC`](exit_code::PANIC) |
    /// | the shutdown was clean | [`CLEAN`](exit_code::CLEAN) |
    /// | something was cut or not released | the policy's `forced_exit_code` |
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
