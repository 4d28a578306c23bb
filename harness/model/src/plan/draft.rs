use super::{
    Actor, CheckUse, ClientStep, Closing, Contract, Fault, Gate, LetGo, Level, Names, OperatorStep,
    PLAN_VERSION, Part, Plan, PooledStep, Request, Role, Script, Signal, Step, StoreStep, Target,
    Until,
};

/// The builder that scenarios write plans with.
///
/// Nearly every scenario begins with four preludes: [`Draft::warm_up`], [`Draft::hold_drain`], and
/// the operator's [`ActorDraft::signal`] with [`ActorDraft::await_draining`]. `hold_drain` holds
/// one `POST /work` in the store, so that "shutting down" is a lasting state.
#[derive(Debug)]
pub struct Draft {
    plan: Plan,
    names: Names,
}

/// One actor of a [`Draft`]; each method appends a step.
#[derive(Debug)]
pub struct ActorDraft<'a, S> {
    steps: &'a mut Script<S>,
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

    /// Adds a check. A violation counts as `level`.
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

    /// The client with this name. If the plan has this client already, the returned draft appends
    /// to its script. The methods for other actors do the same.
    ///
    /// # Panics
    ///
    /// If an actor of another role has this name. The methods for other actors do the same.
    pub fn client(&mut self, name: &str) -> ActorDraft<'_, ClientStep> {
        let at = self.place(name, || Role::Client { steps: Script::new() });
        let Role::Client { steps } = &mut self.plan.actors[at].role else { other_role(name) };
        ActorDraft { steps, names: &mut self.names }
    }

    /// A client that speaks HTTP/2.
    pub fn http2_client(&mut self, name: &str) -> ActorDraft<'_, ClientStep> {
        let at = self.place(name, || Role::Http2Client { steps: Script::new() });
        let Role::Http2Client { steps } = &mut self.plan.actors[at].role else { other_role(name) };
        ActorDraft { steps, names: &mut self.names }
    }

    /// A client whose workers share one HTTP library's connection pool.
    pub fn pooled_client(&mut self, name: &str, workers: u32) -> ActorDraft<'_, PooledStep> {
        let at = self.place(name, || Role::PooledClient { workers, steps: Script::new() });
        let Role::PooledClient { steps, .. } = &mut self.plan.actors[at].role else {
            other_role(name)
        };
        ActorDraft { steps, names: &mut self.names }
    }

    /// The operator.
    pub fn operator(&mut self) -> ActorDraft<'_, OperatorStep> {
        self.operator_named("operator")
    }

    /// One of several operators.
    pub fn operator_named(&mut self, name: &str) -> ActorDraft<'_, OperatorStep> {
        let at = self.place(name, || Role::Operator { steps: Script::new() });
        let Role::Operator { steps } = &mut self.plan.actors[at].role else { other_role(name) };
        ActorDraft { steps, names: &mut self.names }
    }

    /// The store.
    pub fn store(&mut self) -> ActorDraft<'_, StoreStep> {
        self.store_named("store")
    }

    /// One of several scripts for the store.
    pub fn store_named(&mut self, name: &str) -> ActorDraft<'_, StoreStep> {
        let at = self.place(name, || Role::Store { steps: Script::new() });
        let Role::Store { steps } = &mut self.plan.actors[at].role else { other_role(name) };
        ActorDraft { steps, names: &mut self.names }
    }

    /// The index of the actor with this name. Adds the actor if the plan lacks it.
    fn place(&mut self, name: &str, new: impl FnOnce() -> Role) -> usize {
        let actors = &mut self.plan.actors;
        actors.iter().position(|actor| actor.name == name).unwrap_or_else(|| {
            actors.push(Actor { name: name.to_owned(), role: new() });
            actors.len() - 1
        })
    }

    /// A client sends one `POST /work`, receives the answer, leaves, and sets the mark `warm`.
    pub fn warm_up(&mut self) {
        self.client("warm-up").connect().work().receive().close().mark("warm");
    }

    /// Warms up, closes the row gate, and makes the client `held` wait at the gate with one
    /// `POST /work`. This request is under way when the mark `held` is set. The gate opens on the
    /// mark `let-go`, which another actor must set. The client's script ends after the request is
    /// sent: append the step that receives the answer.
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

    /// The operator waits until a mark has been set `times` times, sends SIGTERM, waits for the
    /// first sign of shutdown, and sets the mark `draining`. Steps of the returned draft follow.
    pub fn stop_when(&mut self, label: &str, times: u64) -> ActorDraft<'_, OperatorStep> {
        self.operator().wait_for(label, times).signal().await_draining().mark("draining")
    }

    /// A client asks for `/health` on a fresh connection once the shutdown is visible. The checks
    /// of promptness need this answer: a server that still answers 503 has time until it closes
    /// its port.
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

fn other_role(name: &str) -> ! {
    panic!("`{name}` is an actor of another role")
}

/// The steps that all kinds of clients share.
pub trait Exchange {
    /// Sends a whole request.
    fn send(request: Request) -> Self;
    /// Waits for the response.
    fn receive() -> Self;
}

impl Exchange for ClientStep {
    fn send(request: Request) -> Self {
        Self::Send { request, part: Part::Whole }
    }

    fn receive() -> Self {
        Self::Receive
    }
}

impl Exchange for PooledStep {
    fn send(request: Request) -> Self {
        Self::Send { request }
    }

    fn receive() -> Self {
        Self::Receive
    }
}

impl<S> ActorDraft<'_, S> {
    /// Appends a step.
    pub fn step(self, step: Step<S>) -> Self {
        self.steps.push(step);
        self
    }

    /// Appends a step that only this role has.
    pub fn own(self, step: S) -> Self {
        self.step(Step::Own(step))
    }

    /// [`Step::Mark`]
    pub fn mark(self, label: &str) -> Self {
        self.step(Step::Mark { label: label.to_owned() })
    }

    /// [`Step::Await`], once.
    pub fn wait(self, label: &str) -> Self {
        self.wait_for(label, 1)
    }

    /// [`Step::Await`]: waits until the mark has been set `times` times.
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
        round: impl FnOnce(ActorDraft<'_, S>) -> ActorDraft<'_, S>,
    ) -> Self {
        let mut steps = Vec::new();
        let names = &mut *self.names;
        let _ = round(ActorDraft { steps: &mut steps, names });
        self.step(Step::Repeat { until, steps })
    }
}

impl<S: Exchange> ActorDraft<'_, S> {
    /// Sends a whole request.
    pub fn send(self, request: Request) -> Self {
        self.own(S::send(request))
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

    /// Waits for the whole response.
    pub fn receive(self) -> Self {
        self.own(S::receive())
    }
}

impl ActorDraft<'_, ClientStep> {
    /// [`ClientStep::Connect`]
    pub fn connect(self) -> Self {
        self.own(ClientStep::Connect)
    }

    /// [`ClientStep::Send`]
    pub fn send_part(self, request: Request, part: Part) -> Self {
        self.own(ClientStep::Send { request, part })
    }

    /// Asks for an upgrade ([`Request::upgrade`]).
    pub fn upgrade(self, path: &str, protocol: &str) -> Self {
        self.send(Request::upgrade(path, protocol))
    }

    /// [`ClientStep::ExpectClose`]
    pub fn expect_close(self) -> Self {
        self.own(ClientStep::ExpectClose)
    }

    /// [`ClientStep::Close`] with FIN.
    pub fn close(self) -> Self {
        self.own(ClientStep::Close { how: Closing::Fin })
    }

    /// [`ClientStep::Close`] of only the client's side.
    pub fn half_close(self) -> Self {
        self.own(ClientStep::Close { how: Closing::Half })
    }
}

impl ActorDraft<'_, OperatorStep> {
    /// [`OperatorStep::Signal`] with SIGTERM to the leader.
    pub fn signal(self) -> Self {
        self.own(OperatorStep::Signal { signal: Signal::Term, target: Target::Leader })
    }

    /// [`OperatorStep::Signal`] with SIGTERM to the whole process group.
    pub fn signal_group(self) -> Self {
        self.own(OperatorStep::Signal { signal: Signal::Term, target: Target::Group })
    }

    /// [`OperatorStep::AwaitDraining`]
    pub fn await_draining(self) -> Self {
        self.own(OperatorStep::AwaitDraining)
    }

    /// [`OperatorStep::AwaitExit`]
    pub fn await_exit(self) -> Self {
        self.own(OperatorStep::AwaitExit)
    }
}

impl ActorDraft<'_, StoreStep> {
    /// [`StoreStep::Hold`]
    pub fn hold(self, gate: Gate) -> Self {
        self.own(StoreStep::Hold { gate })
    }

    /// [`StoreStep::AwaitHeld`]
    pub fn await_held(self, n: u32) -> Self {
        self.own(StoreStep::AwaitHeld { n })
    }

    /// [`StoreStep::LetGo`]
    pub fn let_go(self, what: LetGo) -> Self {
        self.own(StoreStep::LetGo { what })
    }

    /// [`StoreStep::Fault`]
    pub fn fault(self, fault: Fault) -> Self {
        self.own(StoreStep::Fault { fault })
    }
}
