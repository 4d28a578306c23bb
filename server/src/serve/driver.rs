use std::future::{Future, pending, poll_fn};
use std::io;
use std::mem;
use std::panic::AssertUnwindSafe;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{FutureExt, Stream, StreamExt};
use http::{Request, Response};
use http_body::Body;
use tokio::sync::mpsc::unbounded_channel;
use tokio::task::JoinSet;
use tokio::task::coop::{consume_budget, unconstrained};
use tower_service::Service;

use super::BoxError;
use super::accept_state::{AcceptEvent, AcceptState};
use super::body::RequestBody;
use super::conn_task;
use super::emitter::Emitter;
use super::http::Http;
use super::make_room;
use super::parking::Parking;
use super::release::{Releasing, Resource};
use crate::drain::{Action, Input, Phase, ReleaseOutcome, ShutdownFlags, Signal};
use crate::event::Observers;
use crate::hooks;
use crate::listener::{Listener, SealContext, SealMethod, concerns_one_connection};
use crate::report::{AbortedConnection, Report};
use crate::state::Conn;
use crate::state::ServerState;

/// How long accepting rests after an error that trying again at once would only repeat.
const ACCEPT_REST: Duration = Duration::from_millis(100);

/// No more than this many connections are taken for having waited at the signal: the longest accept
/// queue that Linux grants by default. Whatever connects without end does not hold the shutdown up.
const LONGEST_QUEUE: usize = 4096;

/// The signals that begin or force the shutdown.
pub(super) type Signals = Pin<Box<dyn Stream<Item = Signal> + Send>>;

/// Feeds the machine, carries out its actions, and reports both as events.
pub(super) struct Driver<L: Listener, S> {
    entrance: AcceptState<L>,
    /// Until no connection can come any more: what it holds, such as the senders of a worker's
    /// channel, goes with the last connection and not with the server.
    app: Option<S>,
    shared: Arc<ServerState>,
    signals: Option<Signals>,
    resources: Vec<Resource>,
    /// The release under way.
    releasing: Option<Releasing>,
    emitter: Emitter,
    /// The seal has closed idle connections, which is not reported yet.
    made_room: Arc<AtomicBool>,
    http: Arc<Http>,
    connections: JoinSet<()>,
    parking: Parking,
    method: Option<SealMethod>,
    aborted: Vec<AbortedConnection>,
}

/// What the driver was woken by.
enum WakeUp<L: Listener> {
    Input(Input),
    AcceptEvent(AcceptEvent<L>),
    Released(ReleaseOutcome, Option<BoxError>),
    /// Actions are waiting, or a connection's task has ended.
    Woken,
    SignalsEnded,
}

impl<L, S, B> Driver<L, S>
where
    L: Listener,
    S: Service<Request<RequestBody>, Response = Response<B>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Into<BoxError>,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    pub(super) fn new(
        listener: L,
        app: S,
        shared: Arc<ServerState>,
        http: Http,
        signals: Signals,
        resources: Vec<Resource>,
        observers: Observers,
    ) -> Self {
        Self {
            entrance: AcceptState::Open(listener),
            app: Some(app),
            shared,
            signals: Some(signals),
            resources,
            releasing: None,
            emitter: Emitter::new(observers),
            made_room: Arc::default(),
            http: Arc::new(http),
            connections: JoinSet::new(),
            parking: Parking::default(),
            method: None,
            aborted: Vec::new(),
        }
    }

    pub(super) async fn run(mut self) -> Report {
        loop {
            self.poll_requests();
            while let Some(action) = self.next_action().await {
                if action == Action::RefuseWork {
                    self.admit_waiting().await;
                }
                self.carry_out(action);
                if action == Action::Finish {
                    return self.report();
                }
            }
            self.report_phases();
            let woken = self.next_wake_up().await;
            hooks::before_event().await;
            self.handle(woken);
            // A listener that is always ready must not keep the runtime from everything else: on
            // one thread neither a connection nor a signal would come to its turn.
            consume_budget().await;
        }
    }

    fn handle(&mut self, woken: WakeUp<L>) {
        match woken {
            WakeUp::Input(input @ Input::Signalled(_)) => self.begin(input),
            WakeUp::Input(input) => self.shared.tell(input),
            WakeUp::Released(outcome, error) => {
                self.shared.tell(Input::Released(outcome));
                self.report_released(error.as_ref());
            }
            WakeUp::AcceptEvent(AcceptEvent::Accepted(Ok((io, _)))) => self.admit(io),
            WakeUp::AcceptEvent(AcceptEvent::Accepted(Err(error))) => self.accept_failed(&error),
            WakeUp::AcceptEvent(AcceptEvent::AcceptPanicked) => {
                self.entrance = AcceptState::Shut;
                self.begin(Input::Panicked);
            }
            WakeUp::AcceptEvent(AcceptEvent::Rested) => self.entrance.stop_resting(),
            WakeUp::AcceptEvent(AcceptEvent::Sealed(method)) => self.sealed(method),
            WakeUp::Woken => self.parking.round_if_crowded(&self.shared),
            WakeUp::SignalsEnded => self.signals = None,
        }
    }

    /// Takes note of what a handle asks for, and of what the seal has done.
    fn poll_requests(&mut self) {
        if self.made_room.swap(false, Ordering::Relaxed) {
            self.emitter.making_room(&self.shared.snapshot());
        }
        if let Some(asked) = self.shared.take_asked() {
            self.begin(asked);
        }
    }

    /// Tells the machine what begins the shutdown, once it knows what is in flight.
    fn begin(&mut self, cause: Input) {
        self.parking.stop();
        self.shared.track_requests();
        self.shared.tell(cause);
    }

    /// Accepts what waits in the queue: it came before the signal, so it is not to be refused.
    async fn admit_waiting(&mut self) {
        // One turn of the runtime, so that it knows of them.
        tokio::task::yield_now().await;
        for _ in 0..LONGEST_QUEUE {
            // Unconstrained, because a spent task budget would look like an empty queue.
            let entered = unconstrained(self.entrance.next()).now_or_never();
            let Some(entered) = entered else { return };
            self.handle(WakeUp::AcceptEvent(entered));
        }
    }

    async fn next_action(&mut self) -> Option<Action> {
        hooks::before_action().await;
        self.shared.machine().next_action()
    }

    /// Reports the phases that no action enters: `Draining` of a server that no longer had a
    /// listener, and `Releasing` of one without resources.
    fn report_phases(&mut self) {
        let entered = self.shared.machine().outcome().entered.len();
        if entered > self.emitter.reported_phases() {
            self.emitter.phases(&self.shared.snapshot(), Phase::Done);
        }
    }

    /// Waits for whatever comes first. Before the first wait, the server reports that it serves.
    async fn next_wake_up(&mut self) -> WakeUp<L> {
        if self.emitter.is_serving() {
            return self.next_event().await;
        }
        // Both the emitter and the future need `self`, so the emitter is lent.
        let mut emitter = mem::take(&mut self.emitter);
        let woken = {
            let mut next = pin!(self.next_event());
            poll_fn(|cx| {
                let polled = next.as_mut().poll(cx);
                if polled.is_pending() {
                    emitter.serving();
                }
                polled
            })
            .await
        };
        if matches!(woken, WakeUp::AcceptEvent(AcceptEvent::Accepted(Ok(_)))) {
            emitter.serving();
        }
        self.emitter = emitter;
        woken
    }

    /// Waits for whatever comes first. Cancel safe.
    async fn next_event(&mut self) -> WakeUp<L> {
        let due = self.shared.machine().deadline();
        let due = due.map(|at| self.shared.clock().sleep_until(at));
        tokio::select! {
            // In this order: a stream of new connections must starve neither a signal nor a timer,
            // and what has ended by a deadline has ended in time.
            biased;
            signal = next_signal(&mut self.signals) => match signal {
                Some(signal) => WakeUp::Input(Input::Signalled(signal)),
                None => WakeUp::SignalsEnded,
            },
            () = self.shared.driver.notified() => WakeUp::Woken,
            () = due.unwrap_or_else(|| Box::pin(pending())) => WakeUp::Input(Input::Tick),
            (outcome, error) = release(&mut self.releasing) => WakeUp::Released(outcome, error),
            Some(_) = self.connections.join_next() => {
                // Many may end at once, and one look at the machine does for all.
                while self.connections.try_join_next().is_some() {}
                WakeUp::Woken
            }
            () = self.parking.round(&self.shared) => WakeUp::Woken,
            entered = self.entrance.next() => WakeUp::AcceptEvent(entered),
        }
    }

    fn admit(&mut self, io: L::Io) {
        let Some(app) = self.app.clone() else { return };
        let conn = Conn::open(&self.shared);
        self.connections.spawn(conn_task::run(io, app, conn, Arc::clone(&self.http)));
    }

    fn accept_failed(&mut self, error: &io::Error) {
        if concerns_one_connection(error) {
            return;
        }
        self.emitter.accept_failed(error, ACCEPT_REST);
        self.entrance.rest(self.shared.clock().sleep(ACCEPT_REST));
    }

    fn carry_out(&mut self, action: Action) {
        self.emitter.before(action, &self.shared.snapshot());
        match action {
            Action::FailReadiness => self.shared.set_flag(ShutdownFlags::UNREADY),
            Action::AnswerWithClose => self.shared.set_flag(ShutdownFlags::ANNOUNCE_CLOSE),
            Action::RefuseWork => self.shared.set_flag(ShutdownFlags::REFUSE_WORK),
            Action::Seal => self.seal(),
            Action::CloseSilent => self.shared.set_flag(ShutdownFlags::CLOSE_SILENT),
            Action::CloseIdle => self.shared.set_flag(ShutdownFlags::CLOSE_IDLE),
            Action::AbortRemaining => self.abort_remaining(),
            Action::Release(place) => self.release(place),
            Action::Abandon(_) => {
                self.releasing = None;
                self.report_released(None);
            }
            Action::Finish => {}
        }
    }

    fn seal(&mut self) {
        match self.entrance.take() {
            AcceptState::Open(listener) | AcceptState::Resting(listener, _) => {
                let (admit, admitted) = unbounded_channel();
                let grace = self.shared.machine().policy().handshake_grace;
                let context = SealContext::new(admit, grace, self.shared.clock().clone());
                let context = context.or_make_room(make_room::maker(&self.shared, &self.made_room));
                let seal = Box::pin(hooks::seal(listener, context));
                self.entrance = AcceptState::Sealing { seal, admitted };
            }
            AcceptState::Sealing { .. } | AcceptState::Shut => {
                self.app = None;
                self.shared.tell(Input::Sealed);
            }
        }
    }

    fn sealed(&mut self, method: SealMethod) {
        if let AcceptState::Sealing { mut admitted, .. } = self.entrance.take() {
            while let Ok((io, _)) = admitted.try_recv() {
                self.admit(io);
            }
        }
        self.app = None;
        self.method = Some(method);
        self.shared.tell(Input::Sealed);
        self.emitter.sealed(method, &self.shared.snapshot());
    }

    fn abort_remaining(&mut self) {
        // Whatever was still on its way in is closed by this too.
        self.entrance = AcceptState::Shut;
        self.app = None;
        let now = self.shared.clock().now();
        let left = self.shared.connections();
        self.aborted = left.iter().filter_map(|conn| conn.describe(now)).collect();
        self.emitter.cutting(&self.shared.snapshot(), &self.aborted);
        self.shared.set_flag(ShutdownFlags::ABORT);
    }

    fn release(&mut self, place: usize) {
        let resource = &mut self.resources[place];
        self.emitter.releasing(&resource.name);
        self.releasing = resource.release.take().map(|begin| begin());
    }

    /// Reports how each release ended, as soon as that is known.
    fn report_released(&mut self, error: Option<&BoxError>) {
        self.emitter.released(&self.shared.snapshot(), &self.resources, error);
    }

    fn report(mut self) -> Report {
        // A task's panic may have been the end of it, while the last actions were carried out.
        self.poll_requests();
        let machine = self.shared.snapshot();
        let names = self.resources.iter().map(|it| it.name.clone()).collect();
        let report =
            Report::new(machine.outcome(), machine.policy(), names, self.method, self.aborted);
        self.emitter.finished(&machine, &report);
        report
    }
}

async fn next_signal(signals: &mut Option<Signals>) -> Option<Signal> {
    match signals {
        Some(signals) => signals.next().await,
        None => pending().await,
    }
}

/// Cancel safe: the release itself stays where it is.
async fn release(releasing: &mut Option<Releasing>) -> (ReleaseOutcome, Option<BoxError>) {
    let Some(release) = releasing else {
        return pending().await;
    };
    let outcome = match AssertUnwindSafe(release).catch_unwind().await {
        Ok(Ok(())) => (ReleaseOutcome::Done, None),
        Ok(Err(error)) => (ReleaseOutcome::Failed, Some(error)),
        Err(_) => (ReleaseOutcome::Panicked, None),
    };
    *releasing = None;
    outcome
}
