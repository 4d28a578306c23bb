use std::time::Duration;

use lastorders::drain::{ABORT_GRACE, Phase as Named};

use super::facts::Facts;
use super::records::Conn;
use super::{Moments, Phase};
use crate::case::{Case, Link, LinkChange, PolicySpec};
use crate::world::Run;

/// The grain of time, in microseconds: the runtime's timers fire on whole milliseconds, at the
/// first that is not before they are due.
pub const QUANTUM_US: u64 = 1_000;

/// What is judged: a case, its run, and what every check asks of them.
#[derive(Debug)]
pub struct Scene<'a> {
    /// What was to be done, and under which conditions.
    pub case: &'a Case,
    /// What came of it.
    pub run: &'a Run,
    pub(super) facts: Facts<'a>,
}

impl<'a> Scene<'a> {
    /// Gathers the facts.
    #[must_use]
    pub fn of(case: &'a Case, run: &'a Run) -> Self {
        Self { case, run, facts: Facts::of(case, run) }
    }

    pub(super) fn policy(&self) -> &'a PolicySpec {
        &self.case.conditions.policy
    }

    /// When everything in flight is to be cut.
    pub(super) fn deadline_us(&self) -> Option<u64> {
        Some(self.facts.told?.us.saturating_add(self.policy().deadline_us))
    }

    /// How long what was cut is given to go away.
    pub(super) fn abort_grace_us() -> u64 {
        micros(ABORT_GRACE)
    }

    /// From when on the server may cut what is in flight, or drop what waits: at the deadline, or
    /// when it was forced, or when the world put an end to it.
    pub(super) fn may_cut_from(&self) -> u64 {
        let others = [self.facts.forced, self.facts.killed].into_iter().flatten().map(|at| at.us);
        self.deadline_us().into_iter().chain(others).min().unwrap_or(u64::MAX)
    }

    /// The latencies of an actor's link.
    pub(super) fn link(&self, actor: &str) -> Link {
        let network = &self.case.conditions.network;
        network.links.get(actor).copied().unwrap_or(network.link)
    }

    /// Whether anything was done to an actor's link by this time; `None` asks for a cut or a hold.
    pub(super) fn link_was(&self, change: Option<LinkChange>, actor: &str, by_us: u64) -> bool {
        let ready = self.facts.ready.map_or(0, |at| at.us);
        self.case.conditions.network.events.iter().any(|event| {
            let wanted = match change {
                Some(change) => event.change == change,
                None => event.change != LinkChange::Heal,
            };
            wanted && event.actor == actor && ready.saturating_add(event.at_us) <= by_us
        })
    }

    /// Whether its client had gone by then, as far as the server can know: it left, or its link
    /// was cut.
    pub(super) fn is_lost(&self, conn: &Conn<'_>, by_us: u64) -> bool {
        conn.left_by(by_us) || self.link_was(Some(LinkChange::Cut), conn.actor(), by_us)
    }

    /// When a time was, as people say it.
    pub(super) fn when(&self, us: u64) -> String {
        self.moments().when(us)
    }

    fn moments(&self) -> Moments {
        Moments {
            ready: self.facts.ready.map(|at| at.us),
            signalled: self.facts.signals.first().map(|(at, _)| at.us),
            signal: self.facts.signals.first().map(|(_, signal)| *signal),
            ..Moments::default()
        }
    }

    /// Where the shutdown stood: by the server's words, or else by what could be seen of it.
    pub(super) fn phase_at(&self, us: u64) -> Phase {
        let facts = &self.facts;
        let past = |moment: Option<u64>| moment.is_some_and(|at| at <= us);
        if past(facts.exited.map(|(at, _)| at.us)) {
            return Phase::Done;
        }
        if facts.has_words() {
            let named = facts.phases.iter().rfind(|(at, _)| at.us <= us).map(|(_, name)| *name);
            return named.and_then(by_name).unwrap_or(Phase::Serving);
        }
        if past(facts.releasing().map(|at| at.us)) {
            Phase::Releasing
        } else if past(facts.sealed.map(|(at, _)| at.us)) {
            Phase::Draining
        } else if past(facts.sealing.map(|(at, _)| at.us)) {
            Phase::Sealing
        } else if past(facts.told.map(|at| at.us)) {
            Phase::LameDuck
        } else {
            Phase::Serving
        }
    }
}

fn by_name(name: &str) -> Option<Phase> {
    let place = Named::ALL.iter().position(|phase| phase.name() == name)?;
    Phase::ALL.get(place).copied()
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
