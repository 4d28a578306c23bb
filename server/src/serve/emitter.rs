use std::io;
use std::time::Duration;

use super::BoxError;
use super::release::Resource;
use crate::drain::{Action, Machine, Phase, Policy, ReleaseOutcome};
use crate::event::{CutReason, Event, Observers};
use crate::listener::SealMethod;
use crate::report::{AbortedConnection, Report};

/// Turns the steps of the driver into events, and passes each event to the observers.
#[derive(Debug, Default)]
pub(super) struct Emitter {
    observers: Observers,
    /// Whether the server has waited for connections, or the shutdown has begun.
    serving: bool,
    /// How many of the phases that the machine has entered were reported.
    phases: usize,
    /// How many of the releases that have ended were reported.
    released: usize,
}

impl Emitter {
    pub(super) fn new(observers: Observers) -> Self {
        Self { observers, ..Self::default() }
    }

    /// Whether `Serving` was reported, or the shutdown has begun.
    pub(super) fn is_serving(&self) -> bool {
        self.serving
    }

    /// Reports `Serving` at the first call, unless the shutdown has begun.
    pub(super) fn serving(&mut self) {
        if !self.serving {
            self.serving = true;
            self.observers.emit(&Event::Serving {});
        }
    }

    pub(super) fn accept_failed(&mut self, error: &io::Error, rest: Duration) {
        self.observers.emit(&Event::AcceptFailed { error, rest });
    }

    /// Reports an action before the driver carries the action out. `machine` is the state after
    /// the machine returned the action.
    pub(super) fn before(&mut self, action: Action, machine: &Machine) {
        let counts = machine.counts();
        match action {
            Action::FailReadiness => self.shutdown_began(machine),
            Action::RefuseWork => self.observers.emit(&Event::RefusingWork { counts }),
            Action::Seal => self.phases(machine, Phase::Sealing),
            Action::CloseSilent => self.observers.emit(&Event::ClosingSilent { counts }),
            Action::CloseIdle => self.observers.emit(&Event::ClosingIdle { counts }),
            Action::Release(_) => self.phases(machine, Phase::Releasing),
            Action::AnswerWithClose
            | Action::AbortRemaining
            | Action::Abandon(_)
            | Action::Finish => {}
        }
    }

    fn shutdown_began(&mut self, machine: &Machine) {
        self.serving = true;
        let Some(cause) = machine.outcome().cause else { return };
        let counts = machine.counts();
        let Policy { lame_duck, deadline, .. } = *machine.policy();
        let longest = machine.policy().longest();
        let began = Event::ShutdownBegan { cause, counts, lame_duck, deadline, longest };
        self.observers.emit(&began);
        self.phases(machine, Phase::LameDuck);
    }

    /// Reports each phase up to `last` that the machine has entered, unless the phase was reported
    /// before.
    pub(super) fn phases(&mut self, machine: &Machine, last: Phase) {
        let outcome = machine.outcome();
        let Some((_, began)) = outcome.entered.first() else { return };
        while let Some((phase, at)) = outcome.entered.get(self.phases)
            && *phase <= last
        {
            self.phases += 1;
            if *phase == Phase::Releasing {
                self.drained(machine);
            }
            let after = at.saturating_sub(*began);
            let counts = machine.counts();
            self.observers.emit(&Event::PhaseEntered { phase: *phase, after, counts });
        }
    }

    /// How many phases were reported.
    pub(super) fn reported_phases(&self) -> usize {
        self.phases
    }

    fn drained(&mut self, machine: &Machine) {
        let took = lasted(machine, Phase::Draining) + lasted(machine, Phase::Aborting);
        let (finished, counts) = (machine.outcome().finished, machine.counts());
        self.observers.emit(&Event::Drained { took, finished, counts });
    }

    pub(super) fn making_room(&mut self, machine: &Machine) {
        self.observers.emit(&Event::MakingRoom { counts: machine.counts() });
    }

    pub(super) fn sealed(&mut self, method: SealMethod, machine: &Machine) {
        let (took, counts) = (lasted(machine, Phase::Sealing), machine.counts());
        self.observers.emit(&Event::Sealed { method, took, counts });
        self.phases(machine, Phase::Draining);
    }

    pub(super) fn cutting(&mut self, machine: &Machine, connections: &[AbortedConnection]) {
        self.phases(machine, Phase::Aborting);
        let outcome = machine.outcome();
        let why = if outcome.forced { CutReason::SecondInterrupt } else { CutReason::Deadline };
        self.observers.emit(&Event::Cutting { why, counts: outcome.aborted, connections });
    }

    pub(super) fn releasing(&mut self, resource: &str) {
        self.observers.emit(&Event::Releasing { resource });
    }

    /// Reports every release that has ended since the last call. `error` is the error of the
    /// release that was under way.
    pub(super) fn released(
        &mut self,
        machine: &Machine,
        resources: &[Resource],
        error: Option<&BoxError>,
    ) {
        for it in &machine.outcome().released[self.released..] {
            self.released += 1;
            let error = error.filter(|_| it.outcome == ReleaseOutcome::Failed);
            self.observers.emit(&Event::Released {
                resource: &resources[it.place].name,
                outcome: it.outcome,
                took: it.took,
                error: error.map(|error| &**error),
            });
        }
    }

    pub(super) fn finished(&mut self, machine: &Machine, report: &Report) {
        self.phases(machine, Phase::Done);
        self.observers.emit(&Event::Finished { report });
    }
}

/// The length of a phase that is over; zero if the machine skipped the phase.
fn lasted(machine: &Machine, phase: Phase) -> Duration {
    let lasted = machine.outcome().phases().find(|(entered, ..)| *entered == phase);
    lasted.map_or(Duration::ZERO, |(_, _, took)| took)
}
