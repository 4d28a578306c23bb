use std::collections::BTreeMap;

use lastorders::drain::Phase;
use lastorders_model::history::{End, Event, EventKind, Extension, History, RequestId};
use lastorders_model::plan::{Actor, Intent, Signal};
use serde_json::Value;

use super::records::{Ask, Call, Conn, Moment, Release};
use crate::case::Case;
use crate::world::{ReleaseState, SimEvent};

/// The name of the world's balancer as an actor.
pub(super) const BALANCER: &str = "balancer";

/// The balancer sets this mark when it has taken the server out.
const TAKEN_OUT: &str = "balancer-out";

/// The records of a run that checks need, gathered in one pass over the events.
#[derive(Debug, Default)]
pub(super) struct RunRecords<'a> {
    pub(super) started: Option<Moment>,
    /// When the server was ready. `Step::At` and the conditions count from this moment.
    pub(super) ready: Option<Moment>,
    /// Every signal, in order.
    pub(super) signals: Vec<(Moment, Signal)>,
    /// When the shutdown began: at the first signal, or earlier if the server announced it.
    pub(super) notified: Option<Moment>,
    /// When a second SIGINT cut short a shutdown that a SIGINT began.
    pub(super) forced: Option<Moment>,
    /// Every announced phase, by the server's name; empty for other servers.
    pub(super) phases: Vec<(Moment, &'a str)>,
    pub(super) unready: Option<Moment>,
    /// When the server began to close the listener, and the length of the accept queue.
    pub(super) sealing: Option<(Moment, u32)>,
    /// When the listener was closed, and the number of lost connections.
    pub(super) sealed: Option<(Moment, u32)>,
    pub(super) conns: Vec<Conn<'a>>,
    /// In the order of their first bytes.
    pub(super) asks: Vec<Ask<'a>>,
    /// In the order of their beginnings.
    pub(super) calls: Vec<Call>,
    pub(super) releases: Vec<Release<'a>>,
    pub(super) store_closed: Option<Moment>,
    /// When the server had returned, with the tasks and sockets that were left.
    pub(super) left: Option<(Moment, u32, u32)>,
    pub(super) report: Option<(Moment, &'a Value)>,
    /// When the server returned, with its exit code.
    pub(super) exited: Option<(Moment, Option<i32>)>,
    /// When the world killed the server.
    pub(super) killed: Option<Moment>,
    /// When the world broke the store.
    pub(super) broken: Option<Moment>,
    /// When the balancer had taken the server out.
    pub(super) taken_out: Option<Moment>,
    /// The time of the last event, in microseconds.
    pub(super) last_us: u64,
    actors: &'a [Actor],
    by_name: BTreeMap<&'a str, usize>,
    by_id: BTreeMap<&'a str, usize>,
}

impl<'a> RunRecords<'a> {
    pub(super) fn of(case: &'a Case, history: &'a History) -> Self {
        let events = &history.events;
        let mut records = Self { actors: &case.plan.actors, ..Self::default() };
        for (place, event) in events.iter().enumerate() {
            records.take(Moment { us: event.at_us, place }, event);
        }
        records.last_us = events.last().map_or(0, |event| event.at_us);
        records
    }

    /// Whether the server announces its phases, as ours does.
    pub(super) fn has_words(&self) -> bool {
        !self.phases.is_empty() || self.unready.is_some() || self.report.is_some()
    }

    /// When the server can first have known of the shutdown, in microseconds. A server that is
    /// signalled before it serves begins the shutdown when it serves.
    pub(super) fn begun_us(&self) -> Option<u64> {
        let notified = self.notified?.us;
        if self.ready.is_some_and(|ready| ready.us <= notified) {
            return Some(notified);
        }
        let first = self.phases.first().map(|(at, _)| *at).or(self.ready).or(self.started);
        Some(first.map_or(notified, |at| at.us.max(notified)))
    }

    /// When the server announced a phase.
    pub(super) fn entered(&self, phase: Phase) -> Option<Moment> {
        self.phases.iter().find(|(_, name)| *name == phase.name()).map(|(at, _)| *at)
    }

    /// When the first release began.
    pub(super) fn releasing(&self) -> Option<Moment> {
        self.releases.first().map(|release| release.begun)
    }

    /// The requests of a connection, in order.
    pub(super) fn asks_on(&self, conn: usize) -> impl DoubleEndedIterator<Item = &Ask<'a>> {
        self.asks.iter().filter(move |ask| ask.conn == conn)
    }

    /// The calls of a connection, in order.
    pub(super) fn calls_on(&self, conn: usize) -> impl DoubleEndedIterator<Item = &Call> {
        self.calls.iter().filter(move |call| call.conn == conn)
    }

    /// The connection of a finding, by the connection's name or by a request's id.
    pub(super) fn conn_of(&self, subject: &str) -> Option<usize> {
        let by_request = self.by_id.get(subject).map(|place| self.asks[*place].conn);
        by_request.or_else(|| self.by_name.get(subject).copied())
    }

    /// Whether the application or the client saw the connection leave HTTP.
    pub(super) fn is_upgraded(&self, conn: usize) -> bool {
        let answered = |ask: &Ask<'_>| ask.answered.is_some_and(|(_, it)| it.status == 101);
        self.calls_on(conn).any(Call::is_upgrade) || self.asks_on(conn).any(answered)
    }

    fn take(&mut self, at: Moment, event: &'a Event) {
        match &event.what {
            EventKind::Started { .. } => _ = self.started.get_or_insert(at),
            EventKind::Ready => _ = self.ready.get_or_insert(at),
            EventKind::Marked { label } if event.actor == BALANCER && label == TAKEN_OUT => {
                self.taken_out.get_or_insert(at);
            }
            EventKind::Signalled { signal, .. } => self.signalled(at, *signal),
            EventKind::Connected { conn, .. } => self.conn(conn).connected = Some(at),
            EventKind::NotConnected { conn, error } => self.conn(conn).refused = Some((at, *error)),
            EventKind::Sent { began_us, conn, request, intent, last, .. } => {
                let sent = (*began_us, *last);
                self.sent(at, conn, request, *intent, sent);
            }
            EventKind::NotSent { conn, request, intent, .. } => {
                self.ask(at.us, conn, request, *intent).not_sent = true;
            }
            EventKind::Answered { request, answer, .. } => {
                if let Some(ask) = self.known(request) {
                    ask.answered = Some((at, answer));
                }
            }
            EventKind::Ended { conn, request, by, got, .. } => {
                if let Some(ask) = self.known(request) {
                    ask.ended.get_or_insert((at, *by, *got > 0));
                }
                let whole = !self.conn(conn).http2;
                self.ended(at, conn, *by, whole);
            }
            EventKind::Closed { conn, by } => self.ended(at, conn, *by, true),
            EventKind::HalfClosed { conn } => _ = self.conn(conn).half_closed.get_or_insert(at),
            EventKind::Exited { code, .. } => _ = self.exited.get_or_insert((at, *code)),
            EventKind::Killed { .. } => _ = self.killed.get_or_insert(at),
            EventKind::Broken { .. } => _ = self.broken.get_or_insert(at),
            EventKind::Extension(extension) => self.extension(at, extension),
            // The checks ask for no other kind.
            _ => {}
        }
    }

    fn extension(&mut self, at: Moment, extension: &'a Extension) {
        let Some(event) = extension.get::<SimEvent>() else { return };
        match event {
            SimEvent::Phase { phase } => {
                self.phases.push((at, phase));
                if *phase != Phase::Serving.name() {
                    self.notified.get_or_insert(at);
                }
            }
            SimEvent::Unready => {
                self.unready.get_or_insert(at);
                self.notified.get_or_insert(at);
            }
            SimEvent::Sealing { queued } => _ = self.sealing.get_or_insert((at, *queued)),
            SimEvent::Sealed { queued } => _ = self.sealed.get_or_insert((at, *queued)),
            SimEvent::Accepted { conn } => _ = self.conn(conn).accepted.get_or_insert(at),
            SimEvent::Shut { conn, unread } => {
                self.conn(conn).shut.get_or_insert((at, *unread));
            }
            SimEvent::Dropped { conn, unread } => {
                self.conn(conn).dropped.get_or_insert((at, *unread));
            }
            SimEvent::Began { call, conn, line } => {
                let (call, conn, head) = (*call, self.place(conn), line.starts_with("HEAD "));
                self.calls.push(Call { call, conn, head, began: at, ended: None, written: None });
            }
            SimEvent::Ended { call, status } => {
                if let Some(call) = self.call(*call) {
                    call.ended.get_or_insert((at, *status));
                }
            }
            SimEvent::Written { call, whole } => {
                if let Some(call) = self.call(*call) {
                    call.written.get_or_insert((at, *whole));
                }
            }
            SimEvent::Release { resource, state } => self.release(at, resource, *state),
            SimEvent::StoreClosed => _ = self.store_closed.get_or_insert(at),
            SimEvent::Left { tasks, sockets } => self.left = Some((at, *tasks, *sockets)),
            SimEvent::Report { report } => self.report = Some((at, report)),
            SimEvent::Panicked { .. } | SimEvent::Stuck | SimEvent::Livelock => {}
        }
    }

    fn signalled(&mut self, at: Moment, signal: Signal) {
        // A second SIGINT forces only a shutdown that a SIGINT began.
        let by_int = matches!(self.signals.first(), Some((first, Signal::Int))
            if self.notified == Some(*first));
        if by_int && signal == Signal::Int {
            self.forced.get_or_insert(at);
        }
        self.notified.get_or_insert(at);
        self.signals.push((at, signal));
    }

    fn sent(
        &mut self,
        at: Moment,
        conn: &'a str,
        request: &'a RequestId,
        intent: Intent,
        (began_us, last): (u64, bool),
    ) {
        let ask = self.ask(began_us, conn, request, intent);
        if last {
            ask.last = Some(at);
        } else {
            ask.parts = true;
        }
    }

    fn release(&mut self, at: Moment, resource: &'a str, state: ReleaseState) {
        let over = match state {
            ReleaseState::Begun => {
                self.releases.push(Release { resource, begun: at, over: None });
                return;
            }
            ReleaseState::Done => (at, true),
            ReleaseState::GivenUp => (at, false),
        };
        if let Some(known) = self.releases.iter_mut().rfind(|it| it.resource == resource) {
            known.over.get_or_insert(over);
        }
    }

    /// `whole`: the connection ended, and not only one stream of HTTP/2.
    fn ended(&mut self, at: Moment, conn: &'a str, by: End, whole: bool) {
        let conn = self.conn(conn);
        if whole {
            conn.ended.get_or_insert((at, by));
        }
        match by {
            End::Client | End::Malformed | End::TooLong | End::Silence => {
                conn.left.get_or_insert(at);
            }
            End::Fin | End::Reset | End::Refused => {}
        }
    }

    fn place(&mut self, name: &'a str) -> usize {
        let (conns, actors) = (&mut self.conns, self.actors);
        *self.by_name.entry(name).or_insert_with(|| {
            let mut conn = Conn::new(name);
            let mut speak_it = actors.iter().filter(|it| it.role.is_http2());
            conn.http2 = speak_it.any(|it| it.name == conn.actor());
            conns.push(conn);
            conns.len() - 1
        })
    }

    fn conn(&mut self, name: &'a str) -> &mut Conn<'a> {
        let place = self.place(name);
        &mut self.conns[place]
    }

    fn known(&mut self, request: &RequestId) -> Option<&mut Ask<'a>> {
        let place = *self.by_id.get(request.id.as_str())?;
        self.asks.get_mut(place)
    }

    fn ask(
        &mut self,
        first_us: u64,
        conn: &'a str,
        request: &'a RequestId,
        intent: Intent,
    ) -> &mut Ask<'a> {
        let conn = self.place(conn);
        let place = match self.by_id.get(request.id.as_str()) {
            Some(place) => *place,
            None => {
                let before = self.asks_on(conn).next_back();
                let pipelined = before.is_some_and(|it| it.answered.is_none());
                self.by_id.insert(&request.id, self.asks.len());
                self.asks.push(Ask {
                    id: &request.id,
                    conn,
                    intent,
                    first_us,
                    last: None,
                    parts: false,
                    pipelined,
                    answered: None,
                    ended: None,
                    not_sent: false,
                });
                self.asks.len() - 1
            }
        };
        &mut self.asks[place]
    }

    fn call(&mut self, number: u64) -> Option<&mut Call> {
        self.calls.iter_mut().rfind(|call| call.call == number)
    }
}
