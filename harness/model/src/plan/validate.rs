use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use thiserror::Error;

use super::role_rules::{Broken, ClientRules, OperatorRules, PooledRules, Rules, StoreRules};
use super::{Intent, PLAN_VERSION, Part, Plan, Request, Role, Step, Until};

/// The most actors of a plan. A simulated world has one host for each actor, and counts its hosts
/// in one byte.
pub const MOST_ACTORS: usize = 240;

/// A reason for which no world runs a plan.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PlanError {
    /// The plan has another version of the language.
    #[error("the plan has version {0} of the language, and this program reads {PLAN_VERSION}")]
    Version(u32),
    /// The scenario's id does not have the form `group/name`.
    #[error("`{0}` is no scenario's id: write group/name")]
    Id(String),
    /// A budget of the contract is zero.
    #[error("the contract's budget `{0}` is zero")]
    Budget(&'static str),
    /// The plan names a check that does not exist, or names a check twice.
    #[error("the check `{0}` is unknown, or the plan names it twice")]
    Check(String),
    /// More actors than a world has room for.
    #[error("the plan has {0} actors, and a world has room for {MOST_ACTORS}")]
    Actors(usize),
    /// Two actors have the same name, or a name is empty or contains `#` or `@`. Histories use
    /// these signs in ids.
    #[error("the actor `{0}` needs a name that is not empty, unique, and without `#` and `@`")]
    Actor(String),
    /// The step is not possible over the client's connection.
    #[error("`{actor}` cannot {step}: {because}")]
    Connection {
        /// The actor's name.
        actor: String,
        /// The step, in words that follow "cannot".
        step: &'static str,
        /// The property of the connection.
        because: &'static str,
    },
    /// A step lacks another step that must stand before it.
    #[error("`{actor}` cannot {step} before {needs}")]
    Order {
        /// The actor's name.
        actor: String,
        /// The step, in words that follow "cannot".
        step: &'static str,
        /// The step that must come first, in words that follow "before".
        needs: &'static str,
    },
    /// An actor waits for a mark more often than the plan sets the mark.
    #[error("`{actor}` waits until `{label}` was set {times} times, and it is set {set} times")]
    Mark {
        /// The name of the actor that waits.
        actor: String,
        /// The mark.
        label: String,
        /// The number of settings that the actor waits for.
        times: u64,
        /// The most settings that the plan allows.
        set: u64,
    },
    /// A `Repeat` contains no blocking step, so its loop would never yield.
    #[error("`{0}` repeats steps of which none blocks: add one that waits, sends or receives")]
    Spin(String),
    /// Two requests have the same name, or a `POST /work` has no name.
    #[error("`{0}` sends a request whose name is missing, or belongs to another request")]
    Name(String),
}

/// The version of a plan in any version of the language. Read the version first, because a plan of
/// another version has another form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct PlanVersion {
    /// The version of the language.
    pub version: u32,
}

impl PlanVersion {
    /// Checks that this program reads the version.
    ///
    /// # Errors
    ///
    /// If the version is not [`PLAN_VERSION`].
    pub fn check(self) -> Result<(), PlanError> {
        if self.version == PLAN_VERSION { Ok(()) } else { Err(PlanError::Version(self.version)) }
    }
}

/// Checks that worlds can run a plan.
///
/// # Errors
///
/// The first rule that the plan breaks.
pub(crate) fn validate(plan: &Plan) -> Result<(), PlanError> {
    header(plan)?;
    if plan.actors.len() > MOST_ACTORS {
        return Err(PlanError::Actors(plan.actors.len()));
    }
    let mut names = BTreeSet::new();
    let marks = plan.marks();
    let mut requests = BTreeMap::new();
    for actor in &plan.actors {
        let plain = !actor.name.is_empty() && !actor.name.contains(['#', '@']);
        if !plain || !names.insert(&actor.name) {
            return Err(PlanError::Actor(actor.name.clone()));
        }
        let (name, marks, requests) = (actor.name.as_str(), &marks, &mut requests);
        match &actor.role {
            Role::Client { steps } => {
                let own = ClientRules { http2: false, connected: false, begun: None };
                Reader { actor: name, marks, requests, own }.steps(steps)?;
            }
            Role::Http2Client { steps } => {
                let own = ClientRules { http2: true, connected: false, begun: None };
                Reader { actor: name, marks, requests, own }.steps(steps)?;
            }
            Role::PooledClient { steps, .. } => {
                Reader { actor: name, marks, requests, own: PooledRules }.steps(steps)?;
            }
            Role::Operator { steps } => {
                let own = OperatorRules { signalled: false };
                Reader { actor: name, marks, requests, own }.steps(steps)?;
            }
            Role::Store { steps } => {
                Reader { actor: name, marks, requests, own: StoreRules { held: false } }
                    .steps(steps)?;
            }
        }
    }
    Ok(())
}

fn header(plan: &Plan) -> Result<(), PlanError> {
    if plan.version != PLAN_VERSION {
        return Err(PlanError::Version(plan.version));
    }
    let well_formed = |part: &str| {
        !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
    };
    match plan.scenario.split_once('/') {
        Some((group, name)) if well_formed(group) && well_formed(name) => {}
        Some(_) | None => return Err(PlanError::Id(plan.scenario.clone())),
    }
    let contract = &plan.contract;
    for (name, budget) in [
        ("ready_ms", contract.ready_ms),
        ("visible_ms", contract.visible_ms),
        ("prompt_ms", contract.prompt_ms),
        ("answer_ms", contract.answer_ms),
        ("grace_ms", contract.grace_ms),
    ] {
        if budget == 0 {
            return Err(PlanError::Budget(name));
        }
    }
    Ok(())
}

/// The state of reading one actor's script.
struct Reader<'a, 'b, R> {
    actor: &'a str,
    marks: &'b BTreeMap<&'a str, u64>,
    /// Every named request of the actors read so far, by its name.
    requests: &'b mut BTreeMap<&'a str, &'a Request>,
    own: R,
}

impl<'a, R: Rules<'a>> Reader<'a, '_, R> {
    fn steps(&mut self, steps: &'a [Step<R::Step>]) -> Result<(), PlanError> {
        steps.iter().try_for_each(|step| self.step(step))
    }

    fn step(&mut self, step: &'a Step<R::Step>) -> Result<(), PlanError> {
        match step {
            Step::Mark { .. } | Step::At { .. } => Ok(()),
            Step::Await { label, times } => self.marked(label, *times),
            Step::Repeat { until, steps } => {
                if let Until::Mark(label) = until {
                    self.marked(label, 1)?;
                }
                if steps.iter().all(|step| matches!(step, Step::Mark { .. })) {
                    return Err(PlanError::Spin(self.actor.to_owned()));
                }
                self.steps(steps)
            }
            Step::Own(step) => {
                let actor = || self.actor.to_owned();
                self.own.step(step).map_err(|broken| match broken {
                    Broken::Connection { step, because } => {
                        PlanError::Connection { actor: actor(), step, because }
                    }
                    Broken::Order { step, needs } => {
                        PlanError::Order { actor: actor(), step, needs }
                    }
                })?;
                match R::request(step) {
                    Some((request, part)) => self.request(request, part),
                    None => Ok(()),
                }
            }
        }
    }

    fn marked(&self, label: &str, times: u64) -> Result<(), PlanError> {
        let set = self.marks.get(label).copied().unwrap_or(0);
        if set > 0 && set >= times {
            return Ok(());
        }
        let (actor, label) = (self.actor.to_owned(), label.to_owned());
        Err(PlanError::Mark { actor, label, times, set })
    }

    fn request(&mut self, request: &'a Request, part: Part) -> Result<(), PlanError> {
        let wrong = || PlanError::Name(self.actor.to_owned());
        match &request.name {
            None if request.intent == Intent::Work => Err(wrong()),
            None => Ok(()),
            // The second part of a request is no second request.
            Some(_) if matches!(part, Part::From(_)) => Ok(()),
            Some(name) => match self.requests.insert(name, request) {
                Some(_) => Err(wrong()),
                None => Ok(()),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Actor, Contract, Cut, Draft, LetGo, Script};
    use super::*;

    type Write = fn(&mut Draft);

    fn outcome(write: Write) -> Result<(), PlanError> {
        let mut draft = Draft::new("group/name", 1, Contract::default());
        write(&mut draft);
        validate(&draft.finish())
    }

    #[test]
    fn every_kind_of_malformed_plan_is_refused_with_its_reason() {
        let rows: [(&str, Write, &str); 18] = [
            ("too many actors", too_many_actors, "the plan has 241 actors"),
            ("an upgrade in a pool", upgraded_pool, "its workers share a pool"),
            ("a part of a request over HTTP/2", half_of_http2, "`a` cannot send a part"),
            ("a half-close over HTTP/2", half_closed_http2, "`a` cannot close only its side"),
            ("an upgrade over HTTP/2", upgraded_http2, "`a` cannot ask for an upgrade"),
            (
                "HTTP/2 without a connection",
                |d| _ = d.http2_client("a").work(),
                "before it connects",
            ),
            ("a name with a reserved sign", |d| _ = d.client("a#1"), "the actor `a#1`"),
            ("sends without a connection", |d| _ = d.client("a").work(), "before it connects"),
            ("closes no connection", |d| _ = d.client("a").close(), "before it connects"),
            ("opens an open gate", |d| _ = d.store().let_go(LetGo::All), "before it closes a gate"),
            ("awaits an exit unasked", |d| _ = d.operator().await_exit(), "before it sends"),
            ("awaits an unset mark", |d| _ = d.client("a").wait("x"), "set 0 times"),
            (
                "awaits a mark too often",
                |d| _ = d.client("a").mark("x").wait_for("x", 2),
                "set 1 times",
            ),
            ("repeats until an unset mark", until_mark, "set 0 times"),
            (
                "repeats only marks",
                |d| _ = d.client("a").repeat(Until::Gone, |a| a.mark("x")),
                "repeats",
            ),
            ("the rest of a request without its start", half, "before the part up to"),
            ("the same name twice", twice, "whose name"),
            ("work without a name", nameless, "whose name"),
        ];
        for (what, write, expected) in rows {
            let error = outcome(write).expect_err(what).to_string();
            assert!(error.contains(expected), "{what}: {error}");
        }
    }

    fn too_many_actors(draft: &mut Draft) {
        for n in 0..=MOST_ACTORS {
            draft.client(&format!("client-{n}")).connect();
        }
    }

    fn half_of_http2(draft: &mut Draft) {
        let client = draft.http2_client("a").connect();
        client.send_part(Request::health(), Part::UpTo(Cut::Header));
    }

    fn half_closed_http2(draft: &mut Draft) {
        draft.http2_client("a").connect().half_close();
    }

    fn upgraded_http2(draft: &mut Draft) {
        draft.http2_client("a").connect().upgrade("/echo", "echo");
    }

    fn upgraded_pool(draft: &mut Draft) {
        draft.pooled_client("a", 2).send(Request::upgrade("/echo", "echo")).receive();
    }

    fn until_mark(draft: &mut Draft) {
        let client = draft.client("a").connect();
        client.repeat(Until::Mark("x".to_owned()), |round| round.health().receive());
    }

    fn half(draft: &mut Draft) {
        draft.client("a").connect().send_part(Request::health(), Part::From(Cut::Header));
    }

    fn twice(draft: &mut Draft) {
        draft.client("a").connect().send(Request::work("job-1")).receive();
        draft.client("b").connect().send(Request::work("job-1")).receive();
    }

    fn nameless(draft: &mut Draft) {
        let request = Request { name: None, ..Request::work("x") };
        draft.client("a").connect().send(request).receive();
    }

    #[test]
    fn malformed_fields_outside_of_scripts_are_refused() {
        let plan = || Draft::new("group/name", 1, Contract::default()).finish();
        assert_eq!(validate(&plan()), Ok(()));
        let other = Plan { version: 7, ..plan() };
        assert_eq!(validate(&other), Err(PlanError::Version(7)));
        let id = Plan { scenario: "../x/y".to_owned(), ..plan() };
        assert!(matches!(validate(&id), Err(PlanError::Id(_))));
        let mut twins = plan();
        for _ in 0..2 {
            let name = "twin".to_owned();
            twins.actors.push(Actor { name, role: Role::Client { steps: Script::new() } });
        }
        assert_eq!(validate(&twins), Err(PlanError::Actor("twin".to_owned())));
        let hasty = Contract { answer_ms: 0, ..Contract::default() };
        let hasty = Plan { contract: hasty, ..plan() };
        assert_eq!(validate(&hasty), Err(PlanError::Budget("answer_ms")));
    }

    #[test]
    fn rounds_and_workers_multiply_the_settings_of_a_mark() {
        assert_eq!(outcome(|draft| pooled(draft, 12)), Ok(()));
        assert!(outcome(|draft| pooled(draft, 13)).is_err());
    }

    fn pooled(draft: &mut Draft, times: u64) {
        let actor = draft.pooled_client("pool", 3);
        actor.repeat(Until::Times(4), |round| round.work().mark("x").receive());
        draft.operator().wait_for("x", times);
    }
}
