use std::io;
use std::sync::Arc;
use std::time::Duration;

use lastorders_model::check::judge;
use lastorders_model::history::{Event, EventKind, History, Trouble};
use lastorders_model::plan::{Plan, StoreStep};
use lastorders_model::scenario::{Catalogue, Scenario};
use thiserror::Error;
use tokio::sync::Semaphore;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, timeout};

use super::{Options, Outcome, Progress, ScenarioOutcome};
use crate::command::Launch;
use crate::guard::KillGuard;
use crate::postgres::{Postgres, RunId, StartError};
use crate::world::{ListenerWatch, RealWorldConfig, carry_out};

/// The limit for one database, whose creation waits for those of the scenarios before it.
const LEASE_WITHIN: Duration = Duration::from_secs(60);
/// The limit for the stop of Postgres.
const STOP_WITHIN: Duration = Duration::from_secs(15);

/// Why a run did not begin.
#[derive(Debug, Error)]
pub enum RunError {
    /// No Postgres could be started.
    #[error(transparent)]
    Postgres(#[from] StartError),
    /// The guard, which cleans up if this program is killed, could not be started.
    #[error("could not start the guard that cleans up if this program is killed: {0}")]
    Guard(io::Error),
    /// The run was interrupted before the first scenario began.
    #[error("interrupted by signal {0} before a scenario began")]
    Interrupted(i32),
}

/// Judges a server by every scenario of the catalogue, side by side.
///
/// On return, every process, container, database and directory that the run made is gone.
///
/// # Errors
///
/// See [`RunError`]. A scenario that could not do its part has a verdict, and is no error.
///
/// # Panics
///
/// If a scenario panics, which is a fault of this crate; the run first cleans up.
pub(crate) async fn run(
    launch: &Launch,
    catalogue: &Catalogue,
    options: &Options,
    progress: Arc<dyn Progress>,
) -> Result<Outcome, RunError> {
    let id = RunId::random();
    // Every server has this in its DATABASE_URL, and so have its children.
    let guard = KillGuard::start(&id.mark()).map_err(RunError::Guard)?;
    let outcome = run_with_guard(launch, catalogue, options, progress, &id).await;
    guard.dismiss().await;
    outcome
}

async fn run_with_guard(
    launch: &Launch,
    catalogue: &Catalogue,
    options: &Options,
    progress: Arc<dyn Progress>,
    id: &RunId,
) -> Result<Outcome, RunError> {
    let begun = Instant::now();
    progress.postgres_starting();
    let mut cancel = options.cancel.clone();
    let tell = |what: &str| progress.postgres_fetching(what);
    let postgres = tokio::select! {
        biased;
        signal = cancel.requested() => return Err(RunError::Interrupted(signal)),
        postgres = Postgres::start_and_tell(&options.postgres, id, &tell) => Arc::new(postgres?),
    };
    progress.postgres_ready(postgres.origin());
    let origin = postgres.origin().to_owned();
    let runner = Arc::new(Runner {
        world: RealWorldConfig {
            launch: launch.clone(),
            listeners: Arc::new(ListenerWatch::start()),
            cancel: options.cancel.clone(),
        },
        postgres,
        progress: Arc::clone(&progress),
        places: Semaphore::new(if options.jobs == 0 { 1_000 } else { options.jobs }),
    });
    let performed = runner.perform(catalogue, options).await;
    if let Some(runner) = Arc::into_inner(runner)
        && let Some(postgres) = Arc::into_inner(runner.postgres)
        && let Err(why) = stop(postgres).await
    {
        progress.left_behind(&why);
    }
    let scenarios = performed.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()));
    Ok(Outcome {
        subject: launch.name.clone(),
        command: launch.command_line(),
        seed: options.seed,
        postgres: origin,
        duration: begun.elapsed(),
        scenarios,
        interrupted: options.cancel.signal(),
    })
}

/// Stops Postgres. If Postgres does not stop in time, its guard kills it.
async fn stop(postgres: Postgres) -> Result<(), String> {
    match timeout(STOP_WITHIN, postgres.stop()).await {
        Ok(stopped) => stopped.map_err(|error| error.to_string()),
        Err(_) => Err(format!("postgres did not stop within {} s", STOP_WITHIN.as_secs())),
    }
}

struct Runner {
    world: RealWorldConfig,
    postgres: Arc<Postgres>,
    progress: Arc<dyn Progress>,
    places: Semaphore,
}

impl Runner {
    async fn perform(
        self: &Arc<Self>,
        catalogue: &Catalogue,
        options: &Options,
    ) -> Result<Vec<ScenarioOutcome>, JoinError> {
        let mut todo: Vec<(usize, Scenario, Vec<Plan>)> = catalogue
            .scenarios()
            .iter()
            .enumerate()
            .map(|(at, scenario)| (at, *scenario, plans(catalogue, scenario, options)))
            .collect();
        // The longest scenarios go first, because the run cannot end before they do.
        todo.sort_by_key(|(_, _, plans)| !plans.iter().any(lasts));
        let mut tasks = JoinSet::new();
        for (at, scenario, plans) in todo {
            let runner = Arc::clone(self);
            tasks.spawn(async move { (at, runner.repeated(scenario, plans).await) });
        }
        let mut outcomes = Vec::new();
        let mut panicked = None;
        while let Some(joined) = tasks.join_next().await {
            match joined {
                Ok(outcome) => outcomes.push(outcome),
                Err(error) => panicked = Some(error),
            }
        }
        if let Some(error) = panicked {
            return Err(error);
        }
        outcomes.sort_by_key(|(at, _)| *at);
        Ok(outcomes.into_iter().map(|(_, outcome)| outcome).collect())
    }

    /// The worst of the repetitions of one scenario.
    async fn repeated(&self, scenario: Scenario, plans: Vec<Plan>) -> ScenarioOutcome {
        let mut worst: Option<ScenarioOutcome> = None;
        for plan in plans {
            // The semaphore is never closed.
            let _place = self.places.acquire().await;
            self.progress.started(scenario.id);
            let outcome = self.once(scenario, plan).await;
            if let Some(verdict) = outcome.verdict {
                self.progress.finished(scenario.id, verdict, outcome.duration);
            }
            // An interrupted repetition has no verdict, so it outranks no other repetition.
            if worst.as_ref().is_none_or(|worst| outcome.verdict > worst.verdict) {
                worst = Some(outcome);
            }
        }
        worst.expect("there is at least one repetition")
    }

    async fn once(&self, scenario: Scenario, plan: Plan) -> ScenarioOutcome {
        let begun = Instant::now();
        if self.world.cancel.signal().is_some() {
            return skipped(scenario, plan);
        }
        let history = match timeout(LEASE_WITHIN, self.postgres.lease(scenario.id)).await {
            Ok(Ok(lease)) => carry_out(&self.world, &plan, lease).await,
            Ok(Err(error)) => no_database(error.to_string()),
            Err(_) => no_database(format!("none within {} s", LEASE_WITHIN.as_secs())),
        };
        let interrupted = history.events.iter().any(|event| {
            matches!(event.what, EventKind::Unreached { trouble: Trouble::Interrupted, .. })
        });
        if interrupted {
            return ScenarioOutcome { history, ..skipped(scenario, plan) };
        }
        let (verdict, findings) = judge(&plan, &history);
        let duration = begun.elapsed();
        ScenarioOutcome { scenario, plan, history, verdict: Some(verdict), findings, duration }
    }
}

fn plans(catalogue: &Catalogue, scenario: &Scenario, options: &Options) -> Vec<Plan> {
    let seeds = (0..options.repeat.max(1)).map(|n| options.seed.wrapping_add(n.into()));
    seeds.map(|seed| catalogue.plan(scenario, seed, &options.contract)).collect()
}

/// Whether the plan lasts until the server's own deadline, because it never opens a closed gate.
fn lasts(plan: &Plan) -> bool {
    let opens = |step: &StoreStep| matches!(step, StoreStep::LetGo { .. });
    plan.holds() && !plan.store_steps().into_iter().any(opens)
}

fn skipped(scenario: Scenario, plan: Plan) -> ScenarioOutcome {
    ScenarioOutcome {
        scenario,
        plan,
        history: History::default(),
        verdict: None,
        findings: Vec::new(),
        duration: Duration::ZERO,
    }
}

fn no_database(why: String) -> History {
    let what = EventKind::Unreached {
        step: "make a database for this scenario".to_owned(),
        why,
        trouble: Trouble::World,
    };
    History { events: vec![Event { at_us: 0, actor: "world".to_owned(), what }] }
}
