use std::collections::VecDeque;
use std::time::Duration;

use super::counts::decrement;
use super::timer::{Timer, Timers};
use super::{
    ABORT_GRACE, Action, Cause, ConnState, Counts, Input, LameDuckWork, Outcome, Phase, Policy,
    ReleaseOutcome, Released, Signal,
};

/// The shutdown sequence.
///
/// A driver repeats these steps:
///
/// 1. Call [`handle`](Self::handle) with an [`Input`].
/// 2. Call [`next_action`](Self::next_action) until it returns `None`, and perform each action.
/// 3. Wait for the next input or for [`deadline`](Self::deadline), whichever comes first. At the
///    deadline the input is [`Input::Tick`].
///
/// After [`Action::Finish`], read the [`outcome`](Self::outcome).
///
/// All times are durations since an origin that the caller chooses once. The machine never waits.
/// From the signal on, ticks alone bring the machine to [`Phase::Done`] within
/// [`Policy::longest`].
///
/// ```
/// use lastorders::drain::{Action, Input, Machine, Phase, Policy, Signal};
/// use std::time::Duration;
///
/// let mut machine = Machine::new(Policy::default(), Vec::new());
/// let at = Duration::from_secs(60);
/// machine.handle(at, Input::Signalled(Signal::Terminate));
/// assert_eq!(machine.next_action(), Some(Action::FailReadiness));
/// assert_eq!(machine.next_action(), Some(Action::AnswerWithClose));
/// assert_eq!(machine.next_action(), Some(Action::Seal));
/// assert_eq!(machine.deadline(), Some(at + Policy::default().deadline));
///
/// machine.handle(at, Input::Sealed);
/// assert_eq!(machine.next_action(), Some(Action::Finish));
/// assert_eq!(machine.phase(), Phase::Done);
/// ```
#[derive(Clone, Debug)]
pub struct Machine {
    policy: Policy,
    /// The bound of each resource, in the order of release.
    resources: Vec<Duration>,
    phase: Phase,
    counts: Counts,
    pub(crate) timers: Timers,
    actions: VecDeque<Action>,
    /// When the current release began.
    releasing_since: Duration,
    /// Whether the driver has cut what was left. From then on no request ends by itself.
    cut: bool,
    outcome: Outcome,
}

impl Machine {
    /// Creates a machine in the phase `Serving`. `resources` has the bound of each resource. The
    /// machine releases the resources in this order after the last request, each within its bound
    /// and all within the policy's `release`.
    #[must_use]
    pub fn new(policy: Policy, resources: Vec<Duration>) -> Self {
        Self {
            policy,
            resources,
            phase: Phase::Serving,
            counts: Counts::default(),
            timers: Timers::default(),
            actions: VecDeque::new(),
            releasing_since: Duration::ZERO,
            cut: false,
            outcome: Outcome::default(),
        }
    }

    /// Handles an input, then each timer that has expired by `now`.
    ///
    /// The input comes before the timers, so a request that ends exactly at the deadline has ended
    /// by itself.
    pub fn handle(&mut self, now: Duration, input: Input) {
        match input {
            Input::Signalled(signal) => self.signalled(now, signal),
            Input::Panicked => self.panicked(now),
            Input::Begin => self.begin(now, Cause::Application),
            Input::Opened => self.counts.open += 1,
            Input::Upgraded => self.counts.shift(ConnState::Open, ConnState::Upgraded),
            Input::Shut => self.counts.shift(ConnState::Open, ConnState::Lingering),
            Input::Closed(state) => {
                decrement(self.counts.state_mut(state));
            }
            Input::RequestStarted => self.counts.requests += 1,
            Input::RequestEnded => self.request_ended(),
            Input::TaskStarted => self.counts.tasks += 1,
            Input::TaskEnded => {
                decrement(&mut self.counts.tasks);
            }
            Input::Sealed => self.sealed(now),
            Input::Released(outcome) => self.released(now, outcome),
            Input::Tick => {}
        }
        self.settle(now);
    }

    /// Returns the next action, if there is one.
    ///
    /// [`Action::AbortRemaining`] concerns the work that is in flight when this method returns the
    /// action. On another thread a request may begin or end between the deadline and this call.
    pub fn next_action(&mut self) -> Option<Action> {
        let next = self.actions.pop_front();
        if next == Some(Action::AbortRemaining) {
            self.cut = true;
            self.outcome.aborted = self.counts;
        }
        next
    }

    /// Whether [`next_action`](Self::next_action) would return an action.
    #[must_use]
    pub fn has_actions(&self) -> bool {
        !self.actions.is_empty()
    }

    /// When the next [`Input::Tick`] is due; `None` while serving and when done.
    #[must_use]
    pub fn deadline(&self) -> Option<Duration> {
        self.timers.next()
    }

    /// The current phase.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// What is open and in flight now.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// The outcome so far.
    #[must_use]
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// The policy of this machine.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    fn signalled(&mut self, now: Duration, signal: Signal) {
        match (signal, self.outcome.cause) {
            (_, None) => self.begin(now, Cause::Signal(signal)),
            (Signal::Interrupt, Some(Cause::Signal(Signal::Interrupt))) => self.force(now),
            (Signal::Terminate, Some(_))
            | (
                Signal::Interrupt,
                Some(Cause::Signal(Signal::Terminate) | Cause::Panic | Cause::Application),
            ) => {}
        }
    }

    fn begin(&mut self, now: Duration, cause: Cause) {
        if self.phase != Phase::Serving {
            return;
        }
        self.outcome.cause = Some(cause);
        self.outcome.at_signal = self.counts;
        self.timers.set(Timer::Deadline, now.saturating_add(self.policy.deadline));
        self.actions.extend([Action::FailReadiness, Action::AnswerWithClose]);
        match self.policy.lame_duck_work {
            LameDuckWork::Serve => {}
            LameDuckWork::Refuse => self.actions.push_back(Action::RefuseWork),
        }
        if self.policy.lame_duck.is_zero() {
            self.seal(now);
        } else {
            self.enter(now, Phase::LameDuck);
            self.timers.set(Timer::LameDuck, now.saturating_add(self.policy.lame_duck));
        }
    }

    /// Begins a shutdown if there is none yet. In both cases the outcome reports the panic.
    fn panicked(&mut self, now: Duration) {
        self.outcome.panicked = true;
        self.begin(now, Cause::Panic);
    }

    fn force(&mut self, now: Duration) {
        match self.phase {
            Phase::LameDuck | Phase::Sealing | Phase::Draining => {
                self.outcome.forced = true;
                self.abort(now);
            }
            Phase::Aborting => self.outcome.forced = true,
            Phase::Releasing => {
                self.outcome.forced = true;
                self.give_up_releasing(now);
            }
            Phase::Serving | Phase::Done => {}
        }
    }

    fn request_ended(&mut self) {
        let counted = decrement(&mut self.counts.requests);
        let by_itself = Phase::Serving < self.phase && !self.cut;
        if counted && by_itself {
            self.outcome.finished += 1;
        }
    }

    fn seal(&mut self, now: Duration) {
        self.enter(now, Phase::Sealing);
        self.actions.push_back(Action::Seal);
    }

    fn sealed(&mut self, now: Duration) {
        if self.phase != Phase::Sealing {
            return;
        }
        self.enter(now, Phase::Draining);
        self.timers.set(Timer::FirstByte, now.saturating_add(self.policy.first_byte_grace));
        self.timers.set(Timer::Idle, now.saturating_add(self.policy.idle_grace));
    }

    fn abort(&mut self, now: Duration) {
        self.enter(now, Phase::Aborting);
        self.timers.stop_all();
        self.timers.set(Timer::Abort, now.saturating_add(ABORT_GRACE));
        self.actions.push_back(Action::AbortRemaining);
    }

    fn begin_releasing(&mut self, now: Duration) {
        self.enter(now, Phase::Releasing);
        self.timers.stop_all();
        self.timers.set(Timer::ReleaseAll, now.saturating_add(self.policy.release));
        self.release_next(now);
    }

    fn release_next(&mut self, now: Duration) {
        let place = self.outcome.released.len();
        if let Some(bound) = self.resources.get(place) {
            self.releasing_since = now;
            self.timers.set(Timer::Release, now.saturating_add(*bound));
            self.actions.push_back(Action::Release(place));
        } else {
            self.timers.stop(Timer::Release);
        }
    }

    fn released(&mut self, now: Duration, outcome: ReleaseOutcome) {
        if self.phase != Phase::Releasing || self.all_released() {
            return;
        }
        self.record(now, outcome);
        self.release_next(now);
    }

    fn record(&mut self, now: Duration, outcome: ReleaseOutcome) {
        let place = self.outcome.released.len();
        let took = now.saturating_sub(self.releasing_since);
        self.outcome.released.push(Released { place, outcome, took });
    }

    /// Abandons the current release, and skips the releases after it.
    fn give_up_releasing(&mut self, now: Duration) {
        if !self.all_released() {
            self.actions.push_back(Action::Abandon(self.outcome.released.len()));
            self.record(now, ReleaseOutcome::TimedOut);
        }
        self.releasing_since = now;
        while !self.all_released() {
            self.record(now, ReleaseOutcome::Skipped);
        }
        self.finish(now);
    }

    fn all_released(&self) -> bool {
        self.outcome.released.len() == self.resources.len()
    }

    fn finish(&mut self, now: Duration) {
        self.enter(now, Phase::Done);
        self.timers.stop_all();
        self.actions.push_back(Action::Finish);
    }

    /// Advances until no phase is complete and no timer has expired.
    fn settle(&mut self, now: Duration) {
        loop {
            if self.advance(now) {
                continue;
            }
            let Some(timer) = self.timers.take_expired(now) else {
                return;
            };
            self.expired(now, timer);
        }
    }

    fn advance(&mut self, now: Duration) -> bool {
        match self.phase {
            Phase::Draining | Phase::Aborting if !self.counts.holding() => {
                self.begin_releasing(now);
                true
            }
            Phase::Releasing if self.all_released() && self.counts.lingering == 0 => {
                self.finish(now);
                true
            }
            Phase::Serving
            | Phase::LameDuck
            | Phase::Sealing
            | Phase::Draining
            | Phase::Aborting
            | Phase::Releasing
            | Phase::Done => false,
        }
    }

    fn expired(&mut self, now: Duration, timer: Timer) {
        match timer {
            Timer::LameDuck => self.seal(now),
            Timer::FirstByte => self.actions.push_back(Action::CloseSilent),
            Timer::Idle => self.actions.push_back(Action::CloseIdle),
            Timer::Deadline => self.abort(now),
            Timer::Abort => self.begin_releasing(now),
            Timer::Release => {
                self.actions.push_back(Action::Abandon(self.outcome.released.len()));
                self.record(now, ReleaseOutcome::TimedOut);
                self.release_next(now);
            }
            Timer::ReleaseAll => self.give_up_releasing(now),
        }
    }

    fn enter(&mut self, now: Duration, phase: Phase) {
        debug_assert!(self.phase < phase, "{} cannot follow {}", phase, self.phase);
        self.phase = phase;
        self.outcome.entered.push((phase, now));
    }
}
