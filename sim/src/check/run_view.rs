use std::time::Duration;

use lastorders::drain::{ABORT_GRACE, Phase as Named};
use lastorders_model::history::{History, Moments};

use super::coverage::Phase;
use super::records::Conn;
use super::run_records::RunRecords;
use crate::case::{Case, Link, LinkChange, PolicySpec};
use crate::world::Ended;

/// The resolution of timers, in microseconds: a timer of the runtime fires at the first whole
/// millisecond after it is due.
pub const QUANTUM_US: u64 = 1_000;

/// A run as the checks see it: the case, the history, and records that every check needs.
#[derive(Debug)]
pub struct RunView<'a> {
    /// The plan and its conditions.
    pub case: &'a Case,
    /// The observations.
    pub history: &'a History,
    /// The end of the simulation.
    pub ended: &'a Ended,
    pub(super) records: RunRecords<'a>,
}

impl<'a> RunView<'a> {
    /// Gathers the records from the history.
    #[must_use]
    pub fn of(case: &'a Case, history: &'a History, ended: &'a Ended) -> Self {
        Self { case, history, ended, records: RunRecords::of(case, history) }
    }

    pub(super) fn policy(&self) -> &'a PolicySpec {
        &self.case.conditions.policy
    }

    /// The deadline: the server cuts everything in flight. In microseconds.
    pub(super) fn deadline_us(&self) -> Option<u64> {
        Some(self.records.begun_us()?.saturating_add(self.policy().deadline_us))
    }

    /// The time that cut work gets to end, in microseconds.
    pub(super) fn abort_grace_us() -> u64 {
        micros(ABORT_GRACE)
    }

    /// The time from which the server may cut work in flight or drop waiting connections, in
    /// microseconds: the deadline, a second SIGINT, or the world's kill.
    pub(super) fn may_cut_from(&self) -> u64 {
        let others =
            [self.records.forced, self.records.killed].into_iter().flatten().map(|at| at.us);
        self.deadline_us().into_iter().chain(others).min().unwrap_or(u64::MAX)
    }

    /// The latencies of an actor's link.
    pub(super) fn link(&self, actor: &str) -> Link {
        let network = &self.case.conditions.network;
        network.links.get(actor).copied().unwrap_or(network.link)
    }

    /// Whether this change came to an actor's link by this time. `None` means a cut or a hold.
    pub(super) fn link_was(&self, change: Option<LinkChange>, actor: &str, by_us: u64) -> bool {
        let ready = self.records.ready.map_or(0, |at| at.us);
        self.case.conditions.network.events.iter().any(|event| {
            let wanted = match change {
                Some(change) => event.change == change,
                None => event.change != LinkChange::Heal,
            };
            wanted && event.actor == actor && ready.saturating_add(event.at_us) <= by_us
        })
    }

    /// Whether the server may think that the client is gone: the client left, closed its own side,
    /// or had its link cut. Always true for a connection of an unknown client.
    pub(super) fn is_lost(&self, conn: &Conn<'_>, by_us: u64) -> bool {
        !conn.is_known()
            || conn.left_by(by_us)
            || conn.half_closed.is_some_and(|at| at.us <= by_us)
            || self.link_was(Some(LinkChange::Cut), conn.actor(), by_us)
    }

    /// The subject of a finding about a connection: the id of its last request by then, or the
    /// connection's name if there was no request.
    pub(super) fn subject(&self, conn: usize, by_us: u64) -> &'a str {
        let mut asks = self.records.asks_on(conn).filter(|ask| ask.first_us <= by_us);
        asks.next_back().map_or(self.records.conns[conn].name, |ask| ask.id)
    }

    /// A time for people, relative to the signal.
    pub(super) fn when(&self, us: u64) -> String {
        self.moments().when(us)
    }

    fn moments(&self) -> Moments {
        Moments {
            ready: self.records.ready.map(|at| at.us),
            signalled: self.records.signals.first().map(|(at, _)| at.us),
            signal: self.records.signals.first().map(|(_, signal)| *signal),
            ..Moments::default()
        }
    }

    /// The phase of the shutdown at a time: announced by the server, or else derived from the
    /// server's visible behaviour.
    pub(super) fn phase_at(&self, us: u64) -> Phase {
        let records = &self.records;
        let past = |moment: Option<u64>| moment.is_some_and(|at| at <= us);
        if past(records.exited.map(|(at, _)| at.us)) {
            return Phase::Done;
        }
        if records.has_words() {
            let named = records.phases.iter().rfind(|(at, _)| at.us <= us).map(|(_, name)| *name);
            return named.and_then(by_name).unwrap_or(Phase::Serving);
        }
        if past(records.releasing().map(|at| at.us)) {
            Phase::Releasing
        } else if past(records.sealed.map(|(at, _)| at.us)) {
            Phase::Draining
        } else if past(records.sealing.map(|(at, _)| at.us)) {
            Phase::Sealing
        } else if past(records.notified.map(|at| at.us)) {
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
