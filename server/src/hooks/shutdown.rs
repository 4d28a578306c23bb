use std::collections::VecDeque;
use std::time::Duration;

use crate::drain::timer::Timer;
use crate::drain::{Action, Input, Machine, Phase, ReleaseOutcome};
use crate::injected::{InjectedBug, injected};

/// The hook around the shutdown machine, which injects the bugs of the shutdown.
#[derive(Debug, Default)]
pub(crate) struct ShutdownHook {
    /// The number of resources to release.
    resources: usize,
    /// The time of the last input.
    now: Duration,
    /// The number of signals so far.
    signals: usize,
    /// An action that [`InjectedBug::ReadinessAfterSeal`] or [`InjectedBug::HealthLate`] delays.
    withheld: Option<Action>,
    /// Actions of this hook, which precede those of the machine.
    queued: VecDeque<Action>,
    early: EarlyReleases,
}

/// The releases that [`InjectedBug::PoolFirst`] begins at the signal.
#[derive(Debug, Default)]
struct EarlyReleases {
    running: bool,
    /// The outcomes of the releases that have ended, in order.
    outcomes: Vec<ReleaseOutcome>,
    /// Whether the machine waits for the current release.
    awaited: bool,
}

impl ShutdownHook {
    /// The server begins to serve, with this number of resources to release at the end.
    pub(crate) fn begin(&mut self, resources: usize) {
        self.resources = resources;
    }

    pub(crate) fn handle(&mut self, machine: &mut Machine, now: Duration, input: Input) {
        self.now = now;
        self.signals += usize::from(matches!(input, Input::Signalled(_)));
        let repeated = matches!(input, Input::Signalled(_)) && self.signals > 1;
        if repeated && injected(InjectedBug::SecondSignalIgnored) {
            return;
        }
        if repeated && injected(InjectedBug::SecondSignalFatal) {
            self.queued.push_back(Action::Finish);
        }
        if let Input::Released(outcome) = input
            && self.early.running
        {
            return self.released_early(machine, outcome);
        }
        let served = machine.phase() == Phase::Serving;
        machine.handle(now, input);
        if served && machine.phase() != Phase::Serving {
            Self::began(machine, now);
        }
        let releases_readiness = match input {
            Input::Sealed => injected(InjectedBug::ReadinessAfterSeal),
            Input::RequestStarted => injected(InjectedBug::HealthLate),
            _ => false,
        };
        if releases_readiness {
            self.queued.extend(self.withheld.take());
        }
        let closed = matches!(input, Input::Closed(_));
        let deadline = Timer::Deadline;
        if closed
            && injected(InjectedBug::DeadlineRestarts)
            && machine.timers.get(deadline).is_some()
        {
            machine.timers.set(deadline, now + machine.policy().deadline);
        }
        if machine.phase() == Phase::Releasing && injected(InjectedBug::ReleaseUnbounded) {
            machine.timers.stop(Timer::Release);
            machine.timers.stop(Timer::ReleaseAll);
        }
    }

    pub(crate) fn next_action(&mut self, machine: &mut Machine) -> Option<Action> {
        loop {
            if let Some(action) = self.queued.pop_front() {
                return Some(action);
            }
            match machine.next_action()? {
                Action::FailReadiness if injected(InjectedBug::PoolFirst) => {
                    self.release_early();
                    return Some(Action::FailReadiness);
                }
                Action::FailReadiness
                    if injected(InjectedBug::ReadinessAfterSeal)
                        || injected(InjectedBug::HealthLate) =>
                {
                    self.withheld = Some(Action::FailReadiness);
                }
                Action::CloseIdle if injected(InjectedBug::IdleKeptOpen) => {}
                Action::Release(place) if self.early.outcomes.len() > place => {
                    machine.handle(self.now, Input::Released(self.early.outcomes[place]));
                }
                Action::Release(_) if self.early.running => self.early.awaited = true,
                Action::Finish => {
                    if injected(InjectedBug::Canary) {
                        machine.handle(self.now, Input::Panicked);
                    }
                    self.queued.extend(self.withheld.take());
                    self.queued.push_back(Action::Finish);
                }
                action => return Some(action),
            }
        }
    }

    pub(crate) fn has_actions(&self, machine: &Machine) -> bool {
        !self.queued.is_empty() || machine.has_actions()
    }

    /// Injects bugs at the moment at which the shutdown begins.
    fn began(machine: &mut Machine, now: Duration) {
        if injected(InjectedBug::AbortedEarly) {
            machine.timers.set(Timer::Deadline, now + machine.policy().deadline * 3 / 4);
        }
        if injected(InjectedBug::LameDuckSkipped) && machine.phase() == Phase::LameDuck {
            machine.timers.set(Timer::LameDuck, now);
            machine.handle(now, Input::Tick);
        }
    }

    /// Begins the next release before its turn, if one is left.
    fn release_early(&mut self) {
        let place = self.early.outcomes.len();
        self.early.running = place < self.resources;
        if self.early.running {
            self.queued.push_back(Action::Release(place));
        }
    }

    /// Keeps the outcome of an early release until the machine asks for that release.
    fn released_early(&mut self, machine: &mut Machine, outcome: ReleaseOutcome) {
        self.early.outcomes.push(outcome);
        self.release_early();
        if std::mem::take(&mut self.early.awaited) {
            machine.handle(self.now, Input::Released(outcome));
        }
    }
}
