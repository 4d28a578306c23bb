//! Every state that one connection and the shutdown machine can reach together, in any order of
//! inputs, with at most three requests.

use std::collections::HashSet;
use std::time::Duration;

use super::{ConnAction, ConnInput, Connection, Effect, IDLE_GRACE, INPUTS, NONE};
use crate::drain::{
    Action, ConnectionClass, Counts, Input, LameDuckWork, Machine, Policy, ShutdownFlags, Signal,
};

const SHUTDOWN: [Input; 4] = [
    Input::Signalled(Signal::Terminate),
    Input::Signalled(Signal::Interrupt),
    Input::Sealed,
    Input::Tick,
];

/// The most requests on the connection.
const REQUESTS: u32 = 3;

#[derive(Clone, Debug)]
struct State {
    connection: Connection,
    shutdown: Machine,
    flags: ShutdownFlags,
    now: Duration,
    /// Whether the connection is on the server's list.
    listed: bool,
    /// The last action, unless an input has changed the connection since.
    previous: Option<ConnAction>,
}

impl State {
    fn new(policy: &Policy) -> Self {
        let mut shutdown = Machine::new(policy.clone(), Vec::new());
        shutdown.handle(Duration::ZERO, Input::Opened);
        let connection = Connection::new(NONE, IDLE_GRACE);
        let now = Duration::ZERO;
        Self { connection, shutdown, flags: NONE, now, listed: true, previous: None }
    }

    fn on_connection(&self, input: ConnInput) -> Option<Self> {
        let starts = matches!(input, ConnInput::RequestStarted { .. });
        if starts && self.connection.next_request == REQUESTS {
            return None;
        }
        let mut next = self.clone();
        let Effect { started, ended, tell, unlisted, .. } =
            next.connection.handle(self.flags, input);
        let requests = started.map(|_| Input::RequestStarted).into_iter();
        let requests = requests.chain((0..ended).map(|_| Input::RequestEnded));
        for input in requests.chain(tell) {
            next.shutdown.handle(self.now, input);
        }
        assert!(!unlisted || self.listed, "removed from the list twice: {self:?}");
        next.listed &= !unlisted;
        // A sweep does not show whether bytes have arrived.
        if input != ConnInput::Swept && next.connection.state != self.connection.state {
            next.previous = None;
        }
        next.take_actions();
        Some(next)
    }

    fn on_shutdown(&self, input: Input) -> Option<Self> {
        let mut next = self.clone();
        if input == Input::Tick {
            next.now = self.shutdown.deadline()?;
        }
        next.shutdown.handle(next.now, input);
        next.take_actions();
        Some(next)
    }

    fn on_poll(&self) -> Self {
        let mut next = self.clone();
        let action = next.connection.next_action(self.now, self.flags);
        // The machine repeats an action until the driver reports that it was performed.
        let looked = [ConnAction::Look, ConnAction::Close, ConnAction::Park];
        let looked = self.previous.is_some_and(|previous| looked.contains(&previous));
        let class = self.connection.class();
        match action {
            ConnAction::Close => {
                assert!(!self.connection.has_unread_body(), "closed over a body: {self:?}");
                assert!(looked, "closed without a look: {self:?}");
                let between = [Some(ConnectionClass::Idle), Some(ConnectionClass::New)];
                assert!(between.contains(&class), "closed while {class:?}: {self:?}");
            }
            ConnAction::Park => {
                assert!(looked, "parked without a look: {self:?}");
                assert!(!self.connection.has_unread_body(), "parked over a body: {self:?}");
            }
            ConnAction::Stay { .. } | ConnAction::Look | ConnAction::GoAway => {
                assert!(!self.flags.has(ShutdownFlags::ABORT), "not cut: {self:?}");
            }
            ConnAction::Abort => assert!(self.flags.has(ShutdownFlags::ABORT)),
        }
        next.previous = Some(action);
        next
    }

    /// Performs the actions of the shutdown machine that concern connections.
    fn take_actions(&mut self) {
        while let Some(action) = self.shutdown.next_action() {
            let flag = match action {
                Action::FailReadiness => ShutdownFlags::UNREADY.with(ShutdownFlags::ANNOUNCE_CLOSE),
                Action::AnswerWithClose => ShutdownFlags::ANNOUNCE_CLOSE,
                Action::RefuseWork => ShutdownFlags::REFUSE_WORK,
                Action::CloseSilent => ShutdownFlags::CLOSE_SILENT,
                Action::CloseIdle => ShutdownFlags::CLOSE_IDLE,
                Action::AbortRemaining => ShutdownFlags::ABORT,
                Action::Seal | Action::Release(_) | Action::Abandon(_) | Action::Finish => continue,
            };
            self.flags = self.flags.with(flag);
        }
    }

    /// Checks the invariants of every state.
    fn check(&self) {
        let counts = self.shutdown.counts();
        let Counts { open, upgraded, lingering, requests, .. } = counts;
        let class = self.connection.class();
        let (o, u, l) = match class {
            Some(ConnectionClass::Upgraded) => (0, 1, 0),
            Some(ConnectionClass::Lingering) if !self.is_closed() => (0, 0, 1),
            Some(_) if !self.is_closed() => (1, 0, 0),
            Some(_) | None => (0, 0, 0),
        };
        assert_eq!((open, upgraded, lingering), (o, u, l), "miscounted: {self:?}");
        assert!(requests <= REQUESTS as usize, "{self:?}");
        assert_eq!(
            class.is_some(),
            self.listed,
            "listed after the end, or unlisted before: {self:?}"
        );
        if class == Some(ConnectionClass::Idle) || class == Some(ConnectionClass::New) {
            assert_eq!(requests, 0, "idle with a request in flight: {self:?}");
        }
        if class.is_none() {
            assert_eq!(requests, 0, "a request outlives its connection: {self:?}");
        }
    }

    fn is_closed(&self) -> bool {
        format!("{:?}", self.connection).contains("Closed")
    }

    /// Checks that an idle connection closes when the application lets go of the last body, no more
    /// input comes and time passes.
    fn ends_if_idle(&self) {
        let mut state = self.clone();
        for request in 0..REQUESTS {
            state.connection.handle(state.flags, ConnInput::BodyEnded(request));
        }
        let asked = ShutdownFlags::CLOSE_IDLE.with(ShutdownFlags::CLOSE_SILENT);
        state.flags = state.flags.with(asked);
        let idle = [Some(ConnectionClass::Idle), Some(ConnectionClass::New)];
        let closing = format!("{:?}", state.connection).contains("Closing");
        if !idle.contains(&state.connection.class()) || closing {
            return;
        }
        for _ in 0..8 {
            match state.connection.next_action(state.now, state.flags) {
                ConnAction::Close | ConnAction::Abort => return,
                ConnAction::Stay { until: Some(until) } => state.now = until,
                ConnAction::Stay { until: None } => break,
                ConnAction::Look | ConnAction::GoAway | ConnAction::Park => {}
            }
        }
        panic!("an idle connection stays: {self:?}");
    }

    fn key(&self) -> String {
        format!(
            "{:?} {:?} {:?} {:?} {:?} {:?}",
            self.connection,
            self.shutdown.phase(),
            self.shutdown.counts(),
            self.flags,
            self.now,
            self.previous,
        )
    }
}

fn explore(policy: &Policy) -> usize {
    let start = State::new(policy);
    let mut found = HashSet::from([start.key()]);
    let mut left = vec![start];
    while let Some(state) = left.pop() {
        state.check();
        state.ends_if_idle();
        let inputs = INPUTS.into_iter().chain([
            ConnInput::Swept,
            ConnInput::BodyEnded(1),
            ConnInput::BodyDropped(2),
        ]);
        let nexts = inputs.filter_map(|input| state.on_connection(input));
        let nexts = nexts.chain(SHUTDOWN.into_iter().filter_map(|input| state.on_shutdown(input)));
        for next in nexts.chain([state.on_poll()]) {
            if found.insert(next.key()) {
                left.push(next);
            }
        }
    }
    found.len()
}

#[test]
fn connection_and_shutdown_agree_in_every_state_they_reach() {
    let plain = Policy::default().idle_grace(IDLE_GRACE);
    let refusing = plain.clone().lame_duck(IDLE_GRACE).lame_duck_work(LameDuckWork::Refuse);
    for policy in [plain, refusing] {
        let states = explore(&policy);
        assert!(states > 5_000, "only {states} states were found");
    }
}
