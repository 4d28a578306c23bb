use std::sync::{Arc, OnceLock};
use std::time::Duration;

use lastorders_model::actor::{self, Recorder};
use lastorders_model::check;
use lastorders_model::history::{EventKind, History, Session, Trouble};
use lastorders_model::plan::Plan;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::lag::Lag;
use super::listener::ListenerWatch;
use super::ports::Port;
use super::process::Server;
use super::ready;
use super::real_world::{RealWorld, bounded};
use crate::cancel::Cancel;
use crate::command::Launch;
use crate::postgres::Lease;
use crate::store::{Store, StoreEvent};

/// The time from ready to the signal, or to the end of a plan without a signal.
const SETUP_WITHIN: Duration = Duration::from_secs(15);

type RunContext = actor::RunContext<RealWorld>;

/// What all plans of a run share.
#[derive(Debug, Clone)]
pub struct RealWorldConfig {
    /// How the server is started.
    pub launch: Launch,
    /// Watches the ports of all servers of the run.
    pub listeners: Arc<ListenerWatch>,
    /// Interrupts the plans.
    pub cancel: Cancel,
}

/// Runs a plan: starts the server, runs every actor, and records what they observe.
///
/// Returns the history when the server and all its children are gone and the database is dropped.
/// A failure is an event of the history.
///
/// # Cancel safety
///
/// Dropping the future loses the history, and kills the server and all its children.
pub async fn carry_out(config: &RealWorldConfig, plan: &Plan, lease: Lease) -> History {
    let start = Instant::now();
    let clock = move || u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
    let recorder = Arc::new(Recorder::new(clock));
    if let Err(error) = check::validate(plan) {
        unreached(&recorder, "understand the plan", &error.to_string());
        return recorder.take();
    }
    let observer = {
        let recorder = Arc::clone(&recorder);
        Arc::new(move |event: StoreEvent| record_session(&recorder, &event))
    };
    let store = match bounded(Store::open(lease, observer)).await {
        Ok(store) => Arc::new(store),
        Err(why) => {
            unreached(&recorder, "open the database for this scenario", &why);
            return recorder.take();
        }
    };
    if let Some(context) = set_up(config, plan, start, &recorder, &store) {
        let context = Arc::new(context);
        perform(config, plan, &context).await;
        finish(&context).await;
    }
    if let Some(store) = Arc::into_inner(store)
        && let Err(why) = bounded(store.close()).await
    {
        let text = format!("the scenario's database was not removed: {why}");
        recorder.record("world", EventKind::Note { text });
    }
    recorder.take()
}

fn set_up(
    config: &RealWorldConfig,
    plan: &Plan,
    start: Instant,
    recorder: &Arc<Recorder>,
    store: &Arc<Store>,
) -> Option<RunContext> {
    let Some(port) = Port::choose() else {
        unreached(recorder, "find a free port", "every port that was tried is taken");
        return None;
    };
    let number = port.number();
    let server = match Server::start(&config.launch, number, &store.database_url()) {
        Ok(server) => server,
        Err(error) => {
            recorder.record("server", EventKind::NotReady { why: error.to_string() });
            return None;
        }
    };
    recorder.record("server", EventKind::Started { pid: server.pid(), port: number });
    let (recorder, store) = (Arc::clone(recorder), Arc::clone(store));
    let listeners = Arc::clone(&config.listeners);
    let real = RealWorld {
        start,
        server,
        store,
        listeners,
        port,
        address: OnceLock::new(),
        lag: OnceLock::new(),
    };
    Some(RunContext::new(plan.contract.clone(), recorder, real))
}

/// Runs the plan's actors, from the start of the process to its end.
async fn perform(config: &RealWorldConfig, plan: &Plan, context: &Arc<RunContext>) {
    let within =
        config.launch.ready_timeout.unwrap_or(Duration::from_millis(plan.contract.ready_ms));
    // Dropping the set aborts the tasks, so that none keeps the context and with it the server.
    let mut watchers = JoinSet::new();
    watchers.spawn({
        let (context, mut cancel) = (Arc::clone(context), config.cancel.clone());
        async move {
            cancel.requested().await;
            let step = "run the plan to its end";
            context.abandon(step, "the run was interrupted", Trouble::Interrupted);
        }
    });
    match ready::wait(context, within).await {
        Err(why) => context.record("server", EventKind::NotReady { why }),
        Ok(address) => {
            let _ = context.world().address.set(address);
            context.set_ready();
            context.world().server.record_descendants();
            let lag = context.world().lag.get_or_init(Lag::measure);
            watchers.spawn({
                let context = Arc::clone(context);
                async move { actor::watch_listener(&context).await }
            });
            watchers.spawn({
                let context = Arc::clone(context);
                async move { actor::watch_exit(&context).await }
            });
            let mut actors = JoinSet::new();
            for actor in plan.actors.clone() {
                let context = Arc::clone(context);
                actors.spawn(async move { actor::act(&context, &actor).await });
            }
            actor::supervise(context, plan.signals(), SETUP_WITHIN, all(actors)).await;
            context.record("world", EventKind::Lag { worst_us: lag.take_worst_us() });
        }
    }
}

/// Waits until every actor is done. A panic of an actor is a fault of this crate, so it is resumed.
async fn all(mut actors: JoinSet<()>) {
    while let Some(joined) = actors.join_next().await {
        if let Err(error) = joined
            && error.is_panic()
        {
            std::panic::resume_unwind(error.into_panic());
        }
    }
}

/// Ends a plan: kills the server, counts the rows, and records both.
async fn finish(context: &RunContext) {
    context.end();
    let RealWorld { server, store, .. } = context.world();
    server.kill().await;
    let (stdout, stderr) = server.output().await;
    // `rows` opens the gates and waits until every session is gone.
    let rows = match bounded(store.rows()).await {
        Ok(rows) if rows.truncated => Err("there are more rows than can be read".to_owned()),
        Ok(rows) => Ok(EventKind::Rows {
            counts: rows.counts,
            total: rows.total,
            sessions_left: rows.sessions_left,
        }),
        Err(why) => Err(why),
    };
    context.record("store", rows.unwrap_or_else(|why| EventKind::NoRows { why }));
    context.record("server", EventKind::Output { stdout, stderr });
}

fn unreached(recorder: &Recorder, step: &str, why: &str) {
    let (step, why) = (step.to_owned(), why.to_owned());
    recorder.record("world", EventKind::Unreached { step, why, trouble: Trouble::World });
}

/// Records an event of the store's proxy, if histories have such an event.
fn record_session(recorder: &Recorder, event: &StoreEvent) {
    let (session, what) = match event {
        StoreEvent::Opened { session } => (*session, Session::Opened),
        StoreEvent::Cancelling { session } => (*session, Session::Cancelling),
        StoreEvent::Working { session } => (*session, Session::Working),
        StoreEvent::Idle { session } => (*session, Session::Idle),
        StoreEvent::Withheld { session } => (*session, Session::Withheld),
        StoreEvent::Terminate { session } => (*session, Session::Terminate),
        StoreEvent::ClientFin { session } => (*session, Session::Fin),
        StoreEvent::ClientReset { session } => (*session, Session::Reset),
        StoreEvent::ServerClosed { session } => (*session, Session::ServerClosed),
        StoreEvent::Started { .. }
        | StoreEvent::Garbled { .. }
        | StoreEvent::Paused { .. }
        | StoreEvent::Released { .. }
        | StoreEvent::Reset { .. }
        | StoreEvent::Ended { .. } => return,
    };
    recorder.record("store", EventKind::Session { session, what });
}
