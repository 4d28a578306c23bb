use std::num::NonZero;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use lastorders::{Policy, ShutdownHandle};
use lastorders_model::check::{Finding, Kind, Level};
use lastorders_model::history::{EventKind, History};
use lastorders_model::plan::Request;

use super::lost::lost;
use super::{Failed, Outcome};
use crate::blob::{Blob, BlobError};
use crate::case::{Case, PolicySpec};
use crate::check::judge;
use crate::engine::EngineKind;
use crate::generate::{ClientKind, Family, Generator, Requests};
use crate::shrink::shrink;
use crate::subject::Subject;
use crate::sweep::{Seeds, first_failure};
use crate::trace::audit;
use crate::trace::export::terminal;
use crate::world::{App, Run, SimEvent, carry_out_with};

/// Every this many seeds, one is run twice.
const AUDITED: u64 = 64;

/// The most runs for making a failing case smaller.
const TRIES: u32 = 500;

/// An application under simulated shutdowns.
///
/// The [module](super) has an example, the rules for lost work, and the limits of an application.
#[derive(Debug, Clone)]
#[must_use = "nothing is simulated until it is run"]
pub struct Service {
    app: App,
    policy: Option<PolicySpec>,
    requests: Vec<(u32, Request)>,
    health: bool,
    slowest: Duration,
    seeds: Range<u64>,
}

impl Service {
    /// A service with this application. `app` makes the router of one process from the handle of
    /// its shutdown. Each seed calls `app` once, so each run has its own state.
    ///
    /// By default the service has 500 seeds, drawn policies, `GET /` as its request, and answers
    /// within a second.
    pub fn new(app: impl Fn(ShutdownHandle) -> Router + Send + Sync + 'static) -> Self {
        Self {
            app: App::Own(Arc::new(app)),
            policy: None,
            requests: Vec::new(),
            health: false,
            slowest: Duration::from_secs(1),
            seeds: 0..500,
        }
    }

    /// Uses this policy, normally the one that `main` uses. Without it each seed draws a policy,
    /// mostly shorter than in production.
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = Some(policy.into());
        self
    }

    /// The requests of clients, each as often as the others.
    pub fn requests(mut self, requests: impl IntoIterator<Item = Request>) -> Self {
        self.requests = requests.into_iter().map(|request| (1, request)).collect();
        self
    }

    /// Clients also ask for `GET /health`, which must behave like `lastorders::health`: 200 until
    /// the signal, and never after it.
    pub fn health(mut self) -> Self {
        self.health = true;
        self
    }

    /// The longest time of a request, one second by default. Requests from before the signal count
    /// from the signal. A shutdown may wait this long for each request, and no longer.
    pub fn slowest(mut self, slowest: Duration) -> Self {
        self.slowest = slowest;
        self
    }

    /// The seeds. 500 take about a second.
    pub fn seeds(mut self, seeds: Range<u64>) -> Self {
        self.seeds = seeds;
        self
    }

    /// Runs the seeds on all processors until the first failure, and makes the failing case
    /// smaller. Do not call this inside a tokio runtime.
    pub fn run(&self) -> Outcome {
        let generator = self.generator();
        let (done, in_flight) = (AtomicU64::new(0), AtomicU64::new(0));
        let seeds = Seeds { start: self.seeds.start, end: self.seeds.end };
        let jobs = std::thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN);
        let fails = |seed| {
            let seen = self.look(&generator.generate(seed), seed.is_multiple_of(AUDITED));
            done.fetch_add(1, Ordering::Relaxed);
            in_flight.fetch_add(seen.in_flight.into(), Ordering::Relaxed);
            !seen.findings.is_empty()
        };
        let failed = first_failure(seeds, jobs, &fails, &|| true)
            .map(|seed| self.failed(&generator.generate(seed), Some(seed)));
        let (seeds, in_flight) = (done.into_inner(), in_flight.into_inner());
        Outcome { seeds, in_flight, replayed: false, failed }
    }

    /// Reruns the case of a line that an [`Outcome`] has printed.
    ///
    /// # Errors
    ///
    /// If the line is incomplete or has another version. A line of another build is accepted, but
    /// this build may not reproduce its failure.
    pub fn replay(&self, line: &str) -> Result<Outcome, BlobError> {
        let case = line.parse::<Blob>()?.case;
        let seen = self.look(&case, true);
        let failed = (!seen.findings.is_empty()).then(|| self.failed_case(&case, None));
        Ok(Outcome { seeds: 1, in_flight: seen.in_flight.into(), replayed: true, failed })
    }

    fn generator(&self) -> Generator {
        let requests = match self.requests.as_slice() {
            [] => vec![(1, super::get("/"))],
            some => some.to_vec(),
        };
        let slowest_us = u64::try_from(self.slowest.as_micros()).unwrap_or(u64::MAX);
        let generator = Generator::new(Family::Mixed)
            .requests(Requests::of(requests, self.health))
            // Upgraded clients ask for a route of the reference service.
            .without(ClientKind::Upgraded)
            .slowest_us(slowest_us);
        match &self.policy {
            Some(policy) => generator.policy(policy.clone()),
            None => generator,
        }
    }

    fn carry_out(&self, case: &Case) -> Run {
        carry_out_with(case, Subject::Ours, EngineKind::Event, &self.app)
    }

    fn look(&self, case: &Case, twice: bool) -> Seen {
        let run = self.carry_out(case);
        let judged = judge(case, &run);
        let mut findings = judged.findings;
        findings.extend(lost(case, &run.history));
        findings.retain(is_failure);
        if (twice || !findings.is_empty())
            && let Some(difference) = audit::compare(&run.trace, &self.carry_out(case).trace)
        {
            findings = vec![differs(&difference.to_string())];
        }
        let in_flight = in_flight(&run.history);
        Seen { run, findings, in_flight }
    }

    /// The smallest case that fails like this one, with its report.
    fn failed(&self, case: &Case, seed: Option<u64>) -> Failed {
        let first = |seen: &Seen| seen.findings.first().map(|finding| finding.check.clone());
        let wanted = first(&self.look(case, true));
        let shrunk = shrink(case, TRIES, |candidate| {
            // The application and its policy are given, so shrinking keeps them.
            candidate.conditions.store == case.conditions.store
                && (self.policy.is_none() || candidate.conditions.policy == case.conditions.policy)
                && first(&self.look(candidate, false)) == wanted
        });
        self.failed_case(&shrunk.case, seed)
    }

    fn failed_case(&self, case: &Case, seed: Option<u64>) -> Failed {
        let Seen { run, findings, .. } = self.look(case, true);
        let deadline = Duration::from_micros(case.conditions.policy.deadline_us);
        let rows = terminal(&case.plan, &run.history, &findings, Some(deadline));
        let plain = |row: String| anstream::adapter::strip_str(&row).to_string();
        let line = Blob::new(case.clone(), EngineKind::Event).to_string();
        Failed { seed, findings, timeline: rows.into_iter().map(plain).collect(), line }
    }
}

/// The result of one run.
struct Seen {
    run: Run,
    findings: Vec<Finding>,
    in_flight: bool,
}

/// Whether the application handled a request when the first signal came.
fn in_flight(history: &History) -> bool {
    let before = history
        .events
        .iter()
        .take_while(|event| !matches!(event.what, EventKind::Signalled { .. }));
    let calls = before.filter_map(SimEvent::of);
    let began = calls.clone().filter(|event| matches!(event, SimEvent::Began { .. })).count();
    let ended = calls.filter(|event| matches!(event, SimEvent::Ended { .. })).count();
    began > ended && history.moments().signalled.is_some()
}

/// A case that cannot be judged proves nothing, so it fails too.
fn is_failure(finding: &Finding) -> bool {
    match finding.kind {
        Kind::Note => false,
        Kind::Inconclusive => true,
        Kind::Violation | Kind::Late => finding.level == Level::Must,
    }
}

fn differs(how: &str) -> Finding {
    let expected = "two runs of one case are equal; see the limits of an application";
    let mut finding = Finding::violation(expected, how);
    "deterministic".clone_into(&mut finding.check);
    finding
}

/// A `GET` request.
#[must_use]
pub fn get(path: &str) -> Request {
    wanted("GET", path, String::new())
}

/// A `POST` request with a JSON body. Other methods and headers are fields of [`Request`].
#[must_use]
pub fn post(path: &str, body: impl Into<String>) -> Request {
    wanted("POST", path, body.into())
}

fn wanted(method: &str, path: &str, body: String) -> Request {
    // Each draw makes a new name. The body replaces the name's body.
    let work = Request::work(String::new());
    Request { method: method.to_owned(), path: path.to_owned(), body: Some(body), ..work }
}
