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
use super::buffer_sweeps::BufferSweeps;
use super::conn_task;
use super::emitter::Emitter;
use super::http::Http;
use super::make_room;
use super::release::{Releasing, Resource};
use crate::drain::{Action, Input, Phase, ReleaseOutcome, ShutdownFlags, Signal};
use crate::event::Observers;
use crate::hooks;
use crate::listener::{Listener, SealContext, SealMethod, concerns_one_connection};
use crate::report::{AbortedConnection, Report};
use crate::state::{Conn, ServerState};

/// How long accepting pauses after an error that an immediate retry would repeat.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The most connections that count as queued at the signal: the longest accept queue that Linux
/// grants by default. Clients that connect without end cannot delay the shutdown beyond that.
const LONGEST_QUEUE: usize = 4096;

/// The signals that begin or force the shutdown.
pub(super) type Signals = Pin<Box<dyn Stream<Item = Signal> + Send>>;

/// Feeds the shutdown machine, performs its actions, and reports both as events.
pub(super) struct Driver<L: Listener, S> {
    accept: AcceptState<L>,
    /// `None` once no connection can arrive any more. The values that the application holds, such
    /// as the senders of a worker's channel, are then dropped with the last connection.
    app: Option<S>,
    server: Arc<ServerState>,
    signals: Option<Signals>,
    resources: Vec<Resource>,
    /// The release under way.
    releasing: Option<Releasing>,
    emitter: Emitter,
    /// Whether the seal has closed idle connections, which the driver has not reported yet.
    made_room: Arc<AtomicBool>,
    http: Arc<Http>,
    connections: JoinSet<()>,
    sweeps: BufferSweeps,
    seal_method: Option<SealMethod>,
    aborted: Vec<AbortedConnection>,
}

/// The event that woke the driver.
enum WakeUp<L: Listener> {
    Input(Input),
    AcceptEvent(AcceptEvent<L>),
    Released(ReleaseOutcome, Option<BoxError>),
    /// The machine may have actions, a sweep may be due, or a connection's task has ended.
    Notified,
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
        server: Arc<ServerState>,
        http: Http,
        signals: Signals,
        resources: Vec<Resource>,
        observers: Observers,
    ) -> Self {
        Self {
            accept: AcceptState::Open(listener),
            app: Some(app),
            server,
            signals: Some(signals),
            resources,
            releasing: None,
            emitter: Emitter::new(observers),
            made_room: Arc::default(),
            http: Arc::new(http),
            connections: JoinSet::new(),
            sweeps: BufferSweeps::default(),
            seal_method: None,
            aborted: Vec::new(),
        }
    }

    pub(super) async fn run(mut self) -> Report {
        loop {
            self.poll_requests();
            while let Some(action) = self.next_action().await {
                if action == Action::RefuseWork {
                    self.accept_queued().await;
                }
                self.carry_out(action);
                if action == Action::Finish {
                    return self.report();
                }
            }
            self.report_phases();
            let wake_up = self.next_wake_up().await;
            hooks::before_event().await;
            self.handle(wake_up);
            // A listener that is always ready must not starve the other tasks. On one thread
            // neither connections nor signals would make progress.
            consume_budget().await;
        }
    }

    fn handle(&mut self, wake_up: WakeUp<L>) {
        match wake_up {
            WakeUp::Input(input @ Input::Signalled(_)) => self.begin(input),
            WakeUp::Input(input) => self.server.tell(input),
            WakeUp::Released(outcome, error) => {
                self.server.tell(Input::Released(outcome));
                self.report_released(error.as_ref());
            }
            WakeUp::AcceptEvent(AcceptEvent::Accepted(Ok((io, _)))) => self.admit(io),
            WakeUp::AcceptEvent(AcceptEvent::Accepted(Err(error))) => self.accept_failed(&error),
            WakeUp::AcceptEvent(AcceptEvent::AcceptPanicked) => {
                self.accept = AcceptState::Closed;
                self.begin(Input::Panicked);
            }
            WakeUp::AcceptEvent(AcceptEvent::PauseEnded) => self.accept.resume(),
            WakeUp::AcceptEvent(AcceptEvent::Sealed(method)) => self.sealed(method),
            WakeUp::Notified => self.sweeps.sweep_if_due(&self.server),
            WakeUp::SignalsEnded => self.signals = None,
        }
    }

    /// Handles the requests of shutdown handles, and reports idle connections that the seal closed.
    fn poll_requests(&mut self) {
        if self.made_room.swap(false, Ordering::Relaxed) {
            self.emitter.making_room(&self.server.snapshot());
        }
        if let Some(cause) = self.server.take_shutdown_request() {
            self.begin(cause);
        }
    }

    /// Reports the cause of the shutdown to the machine, after the requests in flight.
    fn begin(&mut self, cause: Input) {
        self.sweeps.stop();
        self.server.track_requests();
        self.server.tell(cause);
    }

    /// Accepts the queued connections before new work is refused, because they arrived before the
    /// signal.
    async fn accept_queued(&mut self) {
        // One turn of the runtime, so that the runtime learns of connections that the kernel
        // already holds.
        tokio::task::yield_now().await;
        for _ in 0..LONGEST_QUEUE {
            // Unconstrained, because a spent task budget would look like an empty queue.
            let event = unconstrained(self.accept.next()).now_or_never();
            let Some(event) = event else { return };
            self.handle(WakeUp::AcceptEvent(event));
        }
    }

    async fn next_action(&mut self) -> Option<Action> {
        hooks::before_action().await;
        self.server.machine().next_action()
    }

    /// Reports the phases that begin without an action: `Draining` after a listener that had
    /// panicked, and `Releasing` without resources.
    fn report_phases(&mut self) {
        let entered = self.server.machine().outcome().entered.len();
        if entered > self.emitter.reported_phases() {
            self.emitter.phases(&self.server.snapshot(), Phase::Done);
        }
    }

    /// Waits for the next event. Reports `Serving` when the server waits for the first time.
    async fn next_wake_up(&mut self) -> WakeUp<L> {
        if self.emitter.is_serving() {
            return self.next_event().await;
        }
        // The future borrows `self`, so the emitter is taken out meanwhile.
        let mut emitter = mem::take(&mut self.emitter);
        let wake_up = {
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
        if matches!(wake_up, WakeUp::AcceptEvent(AcceptEvent::Accepted(Ok(_)))) {
            emitter.serving();
        }
        self.emitter = emitter;
        wake_up
    }

    /// Waits for the next event. Cancel safe.
    async fn next_event(&mut self) -> WakeUp<L> {
        let due = self.server.machine().deadline();
        let due = due.map(|at| self.server.clock().sleep_until(at));
        tokio::select! {
            // In this order: a stream of new connections must not starve signals or timers, and an
            // end that arrives together with the deadline is in time.
            biased;
            signal = next_signal(&mut self.signals) => match signal {
                Some(signal) => WakeUp::Input(Input::Signalled(signal)),
                None => WakeUp::SignalsEnded,
            },
            () = self.server.driver.notified() => WakeUp::Notified,
            () = due.unwrap_or_else(|| Box::pin(pending())) => WakeUp::Input(Input::Tick),
            (outcome, error) = release(&mut self.releasing) => WakeUp::Released(outcome, error),
            Some(_) = self.connections.join_next() => {
                // Many may end at once, and one turn of the driver handles them all.
                while self.connections.try_join_next().is_some() {}
                WakeUp::Notified
            }
            () = self.sweeps.next_sweep(&self.server) => WakeUp::Notified,
            event = self.accept.next() => WakeUp::AcceptEvent(event),
        }
    }

    fn admit(&mut self, io: L::Io) {
        let Some(app) = self.app.clone() else { return };
        let conn = Conn::open(&self.server);
        self.connections.spawn(conn_task::run(io, app, conn, Arc::clone(&self.http)));
    }

    fn accept_failed(&mut self, error: &io::Error) {
        if concerns_one_connection(error) {
            return;
        }
        self.emitter.accept_failed(error, ACCEPT_PAUSE);
        self.accept.pause(self.server.clock().sleep(ACCEPT_PAUSE));
    }

    fn carry_out(&mut self, action: Action) {
        self.emitter.before(action, &self.server.snapshot());
        match action {
            Action::FailReadiness => self.server.set_flag(ShutdownFlags::UNREADY),
            Action::AnswerWithClose => self.server.set_flag(ShutdownFlags::ANNOUNCE_CLOSE),
            Action::RefuseWork => self.server.set_flag(ShutdownFlags::REFUSE_WORK),
            Action::Seal => self.seal(),
            Action::CloseSilent => self.server.set_flag(ShutdownFlags::CLOSE_SILENT),
            Action::CloseIdle => self.server.set_flag(ShutdownFlags::CLOSE_IDLE),
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
        match self.accept.take() {
            AcceptState::Open(listener) | AcceptState::Paused(listener, _) => {
                let (admit, admitted) = unbounded_channel();
                let grace = self.server.machine().policy().handshake_grace;
                let context = SealContext::new(admit, grace, self.server.clock().clone());
                let context =
                    context.or_make_room(make_room::idle_closer(&self.server, &self.made_room));
                let seal = Box::pin(hooks::seal(listener, context));
                self.accept = AcceptState::Sealing { seal, admitted };
            }
            AcceptState::Sealing { .. } | AcceptState::Closed => {
                self.app = None;
                self.server.tell(Input::Sealed);
            }
        }
    }

    fn sealed(&mut self, method: SealMethod) {
        if let AcceptState::Sealing { mut admitted, .. } = self.accept.take() {
            while let Ok((io, _)) = admitted.try_recv() {
                self.admit(io);
            }
        }
        self.app = None;
        self.seal_method = Some(method);
        self.server.tell(Input::Sealed);
        self.emitter.sealed(method, &self.server.snapshot());
    }

    fn abort_remaining(&mut self) {
        // This closes connections too that the seal has not admitted yet.
        self.accept = AcceptState::Closed;
        self.app = None;
        let now = self.server.clock().now();
        let left = self.server.connections();
        self.aborted = left.iter().filter_map(|conn| conn.describe(now)).collect();
        self.emitter.cutting(&self.server.snapshot(), &self.aborted);
        self.server.set_flag(ShutdownFlags::ABORT);
    }

    fn release(&mut self, place: usize) {
        let resource = &mut self.resources[place];
        self.emitter.releasing(&resource.name);
        self.releasing = resource.release.take().map(|begin| begin());
    }

    /// Reports each release that has ended since the last call.
    fn report_released(&mut self, error: Option<&BoxError>) {
        self.emitter.released(&self.server.snapshot(), &self.resources, error);
    }

    fn report(mut self) -> Report {
        // An essential task may have panicked while the last actions were performed.
        self.poll_requests();
        let machine = self.server.snapshot();
        let names = self.resources.iter().map(|it| it.name.clone()).collect();
        let report =
            Report::new(machine.outcome(), machine.policy(), names, self.seal_method, self.aborted);
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

/// Waits until the release ends. Cancel safe, because the release itself stays in its place.
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
