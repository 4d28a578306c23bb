use std::time::Duration;

use lastorders::drain::{ABORT_GRACE, Phase as Named};
use lastorders_model::history::{History, Moments};

use super::coverage::Phase;
use super::records::Conn;
use super::run_records::RunRecords;
use crate::case::{Case, Link, LinkChange, PolicySpec};
use crate::world::Ended;

/// The grain of time, in microseconds: the runtime's timers fire on whole milliseconds, at the
/// first that is not before they are due.
pub const QUANTUM_US: u64 = 1_000;

/// What is judged: a case, what came of it, and what every check asks of that.
#[derive(Debug)]
pub struct RunView<'a> {
    /// What was to be done, and under which conditions.
    pub case: &'a Case,
    /// What was seen.
    pub history: &'a History,
    /// How the simulation came to its end.
    pub ended: &'a Ended,
    pub(super) records: RunRecords<'a>,
}

impl<'a> RunView<'a> {
    /// Gathers the facts.
    #[must_use]
    pub fn of(case: &'a Case, history: &'a History, ended: &'a Ended) -> Self {
        Self { case, history, ended, records: RunRecords::of(case, history) }
    }

    pub(super) fn policy(&self) -> &'a PolicySpec {
        &self.case.conditions.policy
    }

    /// When everything in flight is to be cut.
    pub(super) fn deadline_us(&self) -> Option<u64> {
        Some(self.records.begun_us()?.saturating_add(self.policy().deadline_us))
    }

    /// How long what was cut is given to go away.
    pub(super) fn abort_grace_us() -> u64 {
        micros(ABORT_GRACE)
    }

    /// From when on the server may cut what is in flight, or drop what waits: at the deadline, or
    /// when it was forced, or when the world put an end to it.
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

    /// Whether anything was done to an actor's link by this time; `None` asks for a cut or a hold.
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

    /// Whether its client may have gone by then, as far as the server can know: it left, its FIN
    /// came (which says no more than that), or its link was cut. Always for a connection of which
    /// nobody knows whose it is.
    pub(super) fn is_lost(&self, conn: &Conn<'_>, by_us: u64) -> bool {
        !conn.is_known()
            || conn.left_by(by_us)
            || conn.half_closed.is_some_and(|at| at.us <= by_us)
            || self.link_was(Some(LinkChange::Cut), conn.actor(), by_us)
    }

    /// What a finding about a connection is about: the request that it carried last by then, or
    /// the connection itself if it had carried none.
    pub(super) fn subject(&self, conn: usize, by_us: u64) -> &'a str {
        let mut asks = self.records.asks_on(conn).filter(|ask| ask.first_us <= by_us);
        asks.next_back().map_or(self.records.conns[conn].name, |ask| ask.id)
    }

    /// When a time was, as people say it.
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

    /// Where the shutdown stood: by the server's words, or else by what could be seen of it.
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
