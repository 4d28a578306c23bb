use std::io;
use std::time::Duration;

use super::BoxError;
use super::release::Resource;
use crate::drain::{Action, Machine, Phase, Policy, ReleaseOutcome};
use crate::event::{CutReason, Event, Observers};
use crate::listener::SealMethod;
use crate::report::{AbortedConnection, Report};

/// Makes events of what the driver does, and hands them to the observers.
#[derive(Debug, Default)]
pub(super) struct Emitter {
    observers: Observers,
    /// The server waits for connections, or the shutdown began before that.
    serving: bool,
    /// How many of the phases that the machine has entered are reported.
    phases: usize,
    /// How many of the releases that have ended are reported.
    released: usize,
}

impl Emitter {
    pub(super) fn new(observers: Observers) -> Self {
        Self { observers, ..Self::default() }
    }

    /// Whether [`serving`](Self::serving) has nothing left to report.
    pub(super) fn is_serving(&self) -> bool {
        self.serving
    }

    /// At the first call, unless the shutdown has begun.
    pub(super) fn serving(&mut self) {
        if !self.serving {
            self.serving = true;
            self.observers.emit(&Event::Serving {});
        }
    }

    pub(super) fn accept_failed(&mut self, error: &io::Error, rest: Duration) {
        self.observers.emit(&Event::AcceptFailed { error, rest });
    }

    /// Before an action is carried out. `machine` is the machine after it gave that action.
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

    /// Reports each phase up to `last` that the machine has entered and that is not reported yet.
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

    /// How many phases are reported.
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

    /// Reports every release that has ended since the last call. `error` is that of the release
    /// that was under way.
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

/// How long a phase lasted that is over; zero if it was not entered.
fn lasted(machine: &Machine, phase: Phase) -> Duration {
    let lasted = machine.outcome().phases().find(|(entered, ..)| *entered == phase);
    lasted.map_or(Duration::ZERO, |(_, _, took)| took)
}
