use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep_until, timeout};

use super::lag::Lag;
use super::listener::ListenerWatch;
use super::ports::Port;
use super::process::Server;
use super::recorder::Recorder;
use super::stage::Stage;
use super::storekeeper::bounded;
use super::{client, operator, ready, sessions, storekeeper, visible};
use crate::history::{History, Sign, Trouble, What};
use crate::plan::{self, Actor, Plan, Role};
use crate::postgres::{Lease, pace};
use crate::run::Launch;
use crate::store::{Store, StoreEvent};

/// From ready to the signal, or to the end of a plan that has none.
const SETUP_WITHIN: Duration = Duration::from_secs(15);
/// From the exit until nothing of the server may be left.
const RESIDUE_WITHIN: Duration = Duration::from_millis(500);
/// From the exit until the clients have seen their connections end.
const SETTLE_WITHIN: Duration = Duration::from_secs(2);

/// The step that a run which was interrupted did not reach.
pub(crate) const INTERRUPTED: &str = "carry out the plan to its end";

/// Becomes the number of the signal that interrupts the run.
pub type Cancel = watch::Receiver<Option<i32>>;

/// What every plan of a run is carried out with.
#[derive(Debug, Clone)]
pub struct World {
    /// How the server is started.
    pub launch: Launch,
    /// Watches the ports of all of them.
    pub listeners: Arc<ListenerWatch>,
    /// Ends it early.
    pub cancel: Cancel,
}

/// Carries out a plan: starts the server, lets every actor do its part, and records what is seen.
///
/// Whatever happens is in the history, which is returned when the server and all its children are
/// gone and the database is dropped. Not cancel safe in what it proves, but dropping it kills the
/// server and all its children.
pub async fn carry_out(world: &World, plan: &Plan, lease: Lease) -> History {
    let recorder = Arc::new(Recorder::new());
    if let Err(error) = plan::validate(plan) {
        unreached(&recorder, "understand the plan", &error.to_string());
        return recorder.take();
    }
    let observer = {
        let recorder = Arc::clone(&recorder);
        Arc::new(move |event: StoreEvent| sessions::record(&recorder, &event))
    };
    let store = match bounded(Store::open(lease, observer)).await {
        Ok(store) => Arc::new(store),
        Err(why) => {
            unreached(&recorder, "open the database for this scenario", &why);
            return recorder.take();
        }
    };
    if let Some(stage) = start(world, plan, &recorder, &store) {
        let stage = Arc::new(stage);
        perform(world, plan, &stage).await;
        finish(&stage).await;
    }
    if let Some(store) = Arc::into_inner(store)
        && let Err(why) = bounded(store.close()).await
    {
        let text = format!("the scenario's database was not removed: {why}");
        recorder.record("world", What::Note { text });
    }
    recorder.take()
}

fn start(
    world: &World,
    plan: &Plan,
    recorder: &Arc<Recorder>,
    store: &Arc<Store>,
) -> Option<Stage> {
    let Some(port) = Port::choose() else {
        unreached(recorder, "find a free port", "every port that was tried is taken");
        return None;
    };
    let number = port.number();
    let server = match Server::start(&world.launch, number, &store.database_url()) {
        Ok(server) => server,
        Err(error) => {
            recorder.record("server", What::NotReady { why: error.to_string() });
            return None;
        }
    };
    recorder.record("server", What::Started { pid: server.pid(), port: number });
    let (recorder, store) = (Arc::clone(recorder), Arc::clone(store));
    let listeners = Arc::clone(&world.listeners);
    Some(Stage::new(plan.contract.clone(), recorder, server, store, listeners, port))
}

/// From the start of the process to its end.
async fn perform(world: &World, plan: &Plan, stage: &Arc<Stage>) {
    let within =
        world.launch.ready_timeout.unwrap_or(Duration::from_millis(plan.contract.ready_ms));
    // Aborted when this is dropped: nobody else must hold the stage, and with it the server.
    let mut watchers = JoinSet::new();
    watchers.spawn({
        let (stage, mut cancel) = (Arc::clone(stage), world.cancel.clone());
        async move {
            if cancel.wait_for(Option::is_some).await.is_ok() {
                stage.abandon_by_world(INTERRUPTED, "the run was interrupted");
            } else {
                // Nobody can interrupt it any more.
                std::future::pending().await
            }
        }
    });
    match ready::wait(stage, within).await {
        Err(why) => stage.record("server", What::NotReady { why }),
        Ok(address) => {
            stage.set_ready(address);
            stage.server.take_note();
            let lag = Lag::measure();
            let mut actors = JoinSet::new();
            for actor in plan.actors.clone() {
                actors.spawn(act(Arc::clone(stage), actor));
            }
            supervise(stage, plan, &mut actors).await;
            all(&mut actors).await;
            stage.record("world", What::Lag { worst_us: lag.worst_us() });
        }
    }
}

async fn act(stage: Arc<Stage>, actor: Actor) {
    let Actor { name, role, steps } = &actor;
    match role {
        Role::Client => client::run(&stage, name, steps).await,
        Role::PooledClient { workers } => client::run_pooled(&stage, name, *workers, steps).await,
        Role::Operator => operator::run(&stage, name, steps).await,
        Role::Store => storekeeper::run(&stage, name, steps).await,
    }
}

/// Waits until every actor is done and the server gone, and sees to it that this comes to an end.
async fn supervise(stage: &Arc<Stage>, plan: &Plan, actors: &mut JoinSet<()>) {
    let signals = plan.signals();
    let mut watchers = JoinSet::new();
    watchers.spawn({
        let stage = Arc::clone(stage);
        async move { visible::watch_listener(&stage).await }
    });
    watchers.spawn({
        let stage = Arc::clone(stage);
        async move { watch_exit(&stage).await }
    });
    tokio::select! {
        () = all(actors) => {}
        () = stage.exit_seen() => {}
        () = stage.over() => {}
        _ = stage.until_signalled() => {}
        () = tokio::time::sleep(SETUP_WITHIN) => overdue(stage, signals),
    }
    if let Some(signalled) = stage.signalled().filter(|_| !stage.is_over()) {
        let grace = Duration::from_millis(stage.contract.grace_ms);
        tokio::select! {
            biased;
            () = stage.exit_seen() => {}
            () = stage.over() => {}
            () = sleep_until(signalled + grace) => {
                stage.set_killing();
                let why = format!("the grace of {} s was over", grace.as_secs_f64());
                stage.record("world", What::Killed { why });
            }
        }
    }
    if stage.signalled().is_some() || stage.has_exited() {
        // Taken before anybody is killed: what the server leaves behind by itself.
        record_residue(stage).await;
    }
    stage.set_killing();
    stage.server.kill().await;
    let _ = timeout(SETTLE_WITHIN, all(actors)).await;
    stage.end();
}

/// Waits until every actor is done. A panic of one is ours, and goes on.
async fn all(actors: &mut JoinSet<()>) {
    while let Some(joined) = actors.join_next().await {
        if let Err(error) = joined
            && error.is_panic()
        {
            std::panic::resume_unwind(error.into_panic());
        }
    }
}

async fn watch_exit(stage: &Stage) {
    let exit = stage.server.exited().await;
    if !stage.is_killing() {
        stage.record("server", What::Exited { code: exit.code, signal: exit.signal });
        stage.saw(Sign::Exited);
    }
    stage.set_exit_seen();
}

fn overdue(stage: &Stage, signals: bool) {
    let within = SETUP_WITHIN.as_secs();
    if signals {
        let why =
            format!("the signal was not sent within {within} s of ready: a step before it hung");
        stage.abandon("send the signal", &why, Trouble::Server);
    } else {
        let why = format!("the plan was not done within {within} s of ready");
        stage.record("world", What::Killed { why });
        stage.end();
    }
}

/// Takes down what the server leaves behind by itself. Helpers that end because it has ended are
/// given a moment to do so.
async fn record_residue(stage: &Stage) {
    let mut looks = pace(Duration::from_millis(20));
    let until = tokio::time::Instant::now() + RESIDUE_WITHIN;
    loop {
        looks.tick().await;
        let listening = match super::sockets::listening() {
            Ok(ports) => ports.iter().any(|(port, _)| *port == stage.port()),
            Err(error) => {
                stage.abandon_by_world("see who listens on the port", &error.to_string());
                return;
            }
        };
        let processes = stage.server.children();
        let clean = processes.is_empty() && !listening;
        if clean || !stage.has_exited() || tokio::time::Instant::now() >= until {
            stage.record("world", What::Residue { processes, listening });
            return;
        }
    }
}

/// What is left to do when the server has had its chance: kill, count, and write down.
async fn finish(stage: &Stage) {
    stage.end();
    stage.server.kill().await;
    let (stdout, stderr) = stage.server.output().await;
    // Opens the gates and waits for the sessions to go.
    let rows = match bounded(stage.store.rows()).await {
        Ok(rows) if rows.truncated => Err("there are more rows than can be read".to_owned()),
        Ok(rows) => Ok(What::Rows {
            counts: rows.counts,
            total: rows.total,
            sessions_left: rows.sessions_left,
        }),
        Err(why) => Err(why),
    };
    stage.record("store", rows.unwrap_or_else(|why| What::NoRows { why }));
    stage.record("server", What::Output { stdout, stderr });
}

fn unreached(recorder: &Recorder, step: &str, why: &str) {
    let (step, why) = (step.to_owned(), why.to_owned());
    recorder.record("world", What::Unreached { step, why, trouble: Trouble::World });
}
