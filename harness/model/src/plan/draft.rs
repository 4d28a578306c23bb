use super::{
    Actor, CheckUse, Closing, Contract, Fault, Gate, LetGo, Level, Names, PLAN_VERSION, Part, Plan,
    Request, Role, Signal, Step, Target, Until,
};

/// The builder that scenarios write plans with.
///
/// The four preludes write what nearly every scenario begins with: [`Draft::warm_up`],
/// [`Draft::hold_drain`] (one `POST /work` held in the store, so that "shutting down" is a lasting
/// state), and the operator's [`ActorDraft::signal`] with [`ActorDraft::await_draining`].
#[derive(Debug)]
pub struct Draft {
    plan: Plan,
    names: Names,
}

/// One actor of a [`Draft`]; each method appends a step.
#[derive(Debug)]
pub struct ActorDraft<'a> {
    steps: &'a mut Vec<Step>,
    names: &'a mut Names,
}

impl Draft {
    /// An empty plan for a scenario.
    #[must_use]
    pub fn new(scenario: &str, seed: u64, contract: Contract) -> Self {
        let plan = Plan {
            version: PLAN_VERSION,
            scenario: scenario.to_owned(),
            seed,
            contract,
            checks: Vec::new(),
            actors: Vec::new(),
        };
        Self { plan, names: Names::new(seed, scenario) }
    }

    /// The plan.
    #[must_use]
    pub fn finish(self) -> Plan {
        self.plan
    }

    /// Adds a check, at this level.
    pub fn check(&mut self, id: &str, level: Level) {
        self.plan.checks.push(CheckUse { check: id.to_owned(), level });
    }

    /// The stream of names and numbers of this plan.
    pub fn names(&mut self) -> &mut Names {
        &mut self.names
    }

    /// The contract that the plan is made for.
    #[must_use]
    pub fn contract(&self) -> &Contract {
        &self.plan.contract
    }

    /// Adds an actor, or goes on with the one of that name.
    pub fn actor(&mut self, name: &str, role: Role) -> ActorDraft<'_> {
        let actors = &mut self.plan.actors;
        let at = actors.iter().position(|actor| actor.name == name).unwrap_or_else(|| {
            actors.push(Actor { name: name.to_owned(), role, steps: Vec::new() });
            actors.len() - 1
        });
        ActorDraft { steps: &mut actors[at].steps, names: &mut self.names }
    }

    /// A client.
    pub fn client(&mut self, name: &str) -> ActorDraft<'_> {
        self.actor(name, Role::Client)
    }

    /// A client that speaks HTTP/2.
    pub fn http2_client(&mut self, name: &str) -> ActorDraft<'_> {
        self.actor(name, Role::Http2Client)
    }

    /// The operator.
    pub fn operator(&mut self) -> ActorDraft<'_> {
        self.actor("operator", Role::Operator)
    }

    /// The store.
    pub fn store(&mut self) -> ActorDraft<'_> {
        self.actor("store", Role::Store)
    }

    /// A client does one `POST /work` and leaves; sets the mark `warm`.
    pub fn warm_up(&mut self) {
        self.client("warm-up").connect().work().receive().close().mark("warm");
    }

    /// Warms up, closes the row gate, and has the client `held` wait at it with one `POST /work`:
    /// its request is under way when the mark `held` is set. The gate opens on the mark `let-go`,
    /// which some actor must set. The client goes on with whatever is appended to it; so far it
    /// has sent, and not received.
    pub fn hold_drain(&mut self) {
        self.hold_at(Gate::Row, 1);
    }

    /// Like [`Draft::hold_drain`] with any gate and `n` clients, `held-1` to `held-n` (with
    /// `n` = 1: `held`).
    pub fn hold_at(&mut self, gate: Gate, n: u32) {
        self.hold_shut(gate, n);
        self.store().wait("let-go").let_go(LetGo::All);
    }

    /// Like [`Draft::hold_at`], with a gate that stays closed as long as the server lives.
    pub fn hold_shut(&mut self, gate: Gate, n: u32) {
        self.warm_up();
        self.store().wait("warm").hold(gate).mark("gate-closed");
        for client in Self::held(n) {
            self.client(&client).wait("gate-closed").connect().work().mark("sent");
        }
        self.store().wait_for("sent", n.into()).await_held(n).mark("held");
    }

    /// The operator waits until a mark has been set so many times, sends SIGTERM, waits for the
    /// first sign of shutdown, and sets the mark `draining`; it goes on with what is appended.
    pub fn stop_when(&mut self, label: &str, times: u64) -> ActorDraft<'_> {
        self.operator().wait_for(label, times).signal().await_draining().mark("draining")
    }

    /// A client asks for `/health` on a fresh connection once the shutdown is visible, whatever
    /// the first sign was: the checks that speak of promptness give a server that still answers
    /// 503 the time until it closes its port.
    pub fn see_lame_duck(&mut self) {
        self.client("witness-of-the-end").wait("draining").connect().health().receive().close();
    }

    /// The names of the clients of [`Draft::hold_at`].
    #[must_use]
    pub fn held(n: u32) -> Vec<String> {
        if n == 1 {
            return vec!["held".to_owned()];
        }
        (1..=n).map(|i| format!("held-{i}")).collect()
    }
}

impl ActorDraft<'_> {
    /// Appends a step.
    pub fn step(self, step: Step) -> Self {
        self.steps.push(step);
        self
    }

    /// [`Step::Mark`]
    pub fn mark(self, label: &str) -> Self {
        self.step(Step::Mark { label: label.to_owned() })
    }

    /// [`Step::Await`], once.
    pub fn wait(self, label: &str) -> Self {
        self.wait_for(label, 1)
    }

    /// [`Step::Await`], so many times.
    pub fn wait_for(self, label: &str, times: u64) -> Self {
        self.step(Step::Await { label: label.to_owned(), times })
    }

    /// [`Step::At`]
    pub fn at_us(self, us: u64) -> Self {
        self.step(Step::At { us })
    }

    /// [`Step::Repeat`]
    pub fn repeat(
        self,
        until: Until,
        round: impl FnOnce(ActorDraft<'_>) -> ActorDraft<'_>,
    ) -> Self {
        let mut steps = Vec::new();
        let names = &mut *self.names;
        let _ = round(ActorDraft { steps: &mut steps, names });
        self.step(Step::Repeat { until, steps })
    }

    /// [`Step::Connect`]
    pub fn connect(self) -> Self {
        self.step(Step::Connect)
    }

    /// [`Step::Send`] of a whole request.
    pub fn send(self, request: Request) -> Self {
        self.send_part(request, Part::Whole)
    }

    /// [`Step::Send`]
    pub fn send_part(self, request: Request, part: Part) -> Self {
        self.step(Step::Send { request, part })
    }

    /// Sends `POST /work` with a new name.
    pub fn work(self) -> Self {
        let name = self.names.name();
        self.send(Request::work(name))
    }

    /// Sends `GET /health`.
    pub fn health(self) -> Self {
        self.send(Request::health())
    }

    /// Asks for an upgrade ([`Request::upgrade`]).
    pub fn upgrade(self, path: &str, protocol: &str) -> Self {
        self.send(Request::upgrade(path, protocol))
    }

    /// [`Step::Receive`]
    pub fn receive(self) -> Self {
        self.step(Step::Receive)
    }

    /// [`Step::ExpectClose`]
    pub fn expect_close(self) -> Self {
        self.step(Step::ExpectClose)
    }

    /// [`Step::Close`], in order.
    pub fn close(self) -> Self {
        self.step(Step::Close { how: Closing::Fin })
    }

    /// [`Step::Close`], the client's side alone.
    pub fn half_close(self) -> Self {
        self.step(Step::Close { how: Closing::Half })
    }

    /// [`Step::Signal`] SIGTERM to the leader.
    pub fn signal(self) -> Self {
        self.step(Step::Signal { signal: Signal::Term, target: Target::Leader })
    }

    /// [`Step::AwaitDraining`]
    pub fn await_draining(self) -> Self {
        self.step(Step::AwaitDraining)
    }

    /// [`Step::AwaitExit`]
    pub fn await_exit(self) -> Self {
        self.step(Step::AwaitExit)
    }

    /// [`Step::Hold`]
    pub fn hold(self, gate: Gate) -> Self {
        self.step(Step::Hold { gate })
    }

    /// [`Step::AwaitHeld`]
    pub fn await_held(self, n: u32) -> Self {
        self.step(Step::AwaitHeld { n })
    }

    /// [`Step::LetGo`]
    pub fn let_go(self, what: LetGo) -> Self {
        self.step(Step::LetGo { what })
    }

    /// [`Step::Fault`]
    pub fn fault(self, fault: Fault) -> Self {
        self.step(Step::Fault { fault })
    }
}
