use std::cell::OnceCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use futures_util::stream::poll_fn;
use lastorders::{ShutdownHandle, Signal};
use lastorders_model::actor::{Exit, Recorder, Stage, act, supervise, watch_exit, watch_listener};
use lastorders_model::history::{Inside, What};
use lastorders_model::plan::Plan;
use tokio::sync::mpsc::UnboundedReceiver;

use super::app::{App, made};
use super::backstage::Simulated;
use super::buggify::Buggified;
use super::cast::Cast;
use super::listener::Listener;
use super::process::Process;
use super::random::Random;
use super::scene::Scene;
use super::store::SimStore;
use super::{balancer, inside, links, startup};
use crate::case::{Case, Sealing};
use crate::engine::Net;
use crate::subject::{self, Parts, Resource, Subject};
use crate::trace::{self, Kind, NO_CONNECTION};

/// From ready to the signal, or to the end of a plan that has none.
const SET_UP_WITHIN: Duration = Duration::from_secs(60);

/// So many turns of the runtime after the server has returned, whatever was ready to run has run.
const SETTLING: usize = 8;

/// Carries out a case inside of a run. What it records is in `record` from its first step on.
pub(super) async fn perform<N: Net>(
    net: N,
    case: Case,
    cast: Cast,
    (subject, app): (Subject, App),
    record: Rc<OnceCell<Arc<Recorder>>>,
) {
    let (scene, signals) = set(net, &case, cast);
    let recorder = Arc::clone(&scene.recorder);
    let _ = record.set(Arc::clone(&recorder));
    links::lay(&scene);
    recorder.record("server", What::Started { pid: 1, port: super::listener::PORT });
    let listener = if case.conditions.startup.is_some() {
        None
    } else {
        match Listener::bind(&scene).await {
            Ok(listener) => Some(listener),
            Err(error) => {
                recorder.record("server", What::NotReady { why: error.to_string() });
                return;
            }
        }
    };
    let server = live(Arc::clone(&scene), listener, signals, (subject, app));
    let _server = scene.net.spawn(Cast::SERVER, server);
    let stage =
        Stage::new(case.plan.contract.clone(), Arc::clone(&recorder), Simulated::new(&scene));
    play(&scene, &Arc::new(stage), case.plan).await;
    recorder.record("world", What::Lag { worst_us: 0 });
    let (counts, total) = scene.store.rows();
    recorder.record("store", What::Rows { counts, total, sessions_left: 0 });
    recorder.record("server", What::Output { stdout: String::new(), stderr: String::new() });
}

/// Sets the scene on which nothing has happened.
fn set<N: Net>(net: N, case: &Case, cast: Cast) -> (Arc<Scene<N>>, UnboundedReceiver<Signal>) {
    let random = Arc::new(Random::new(case.tail_seed));
    let clock = net.clone();
    let recorder =
        Arc::new(Recorder::new(move || u64::try_from(clock.now().as_micros()).unwrap_or(u64::MAX)));
    let observer = Arc::clone(&recorder);
    let clock = net.clone();
    let store = SimStore::new(
        &case.conditions,
        Arc::new(move |what| observer.record("store", what)),
        move || clock.now(),
        Arc::clone(&random),
    );
    let (process, signals) = Process::new();
    let conditions = case.conditions.clone();
    (Arc::new(Scene { net, conditions, cast, random, recorder, store, process }), signals)
}

/// The life of the server's process, from its startup on if it does not listen yet.
async fn live<N: Net>(
    scene: Arc<Scene<N>>,
    listener: Option<Listener<N>>,
    mut signals: UnboundedReceiver<Signal>,
    (subject, app): (Subject, App),
) {
    let listener = match (listener, scene.conditions.startup) {
        (Some(listener), _) => listener,
        (None, None) => return,
        (None, Some(it)) => match startup::complete(&scene, it, subject, &mut signals).await {
            Some(listener) => listener,
            None => return,
        },
    };
    let drain = ShutdownHandle::new();
    let store = scene.store.clone();
    let parts = Parts {
        listener,
        // What cannot be filtered is accepted until nobody comes.
        sealing: if N::SHOWS_KERNEL {
            scene.conditions.policy.sealing
        } else {
            Sealing::AcceptUntilEmpty
        },
        signals: Box::pin(poll_fn(move |cx| signals.poll_recv(cx))),
        policy: scene.conditions.policy.policy(),
        drain: drain.clone(),
        app: made(&app, &scene, drain),
        observer: Box::new(inside::observer(&scene.recorder)),
        resources: vec![Resource::new("store", move || async move { store.close().await })],
    };
    let exit = {
        let _buggified = Buggified::new(&scene.conditions, &scene.random);
        let exit = subject::serve(subject, parts).await;
        // Lets tasks end that are ready to.
        for _ in 0..SETTLING {
            tokio::task::yield_now().await;
        }
        exit
    };
    // Everything but this task itself, which ends with the process.
    let tasks = u32::try_from(scene.net.tasks(Cast::SERVER).saturating_sub(1)).unwrap_or(u32::MAX);
    let all = if N::SHOWS_KERNEL { scene.net.sockets(Cast::SERVER) } else { Vec::new() };
    let held = all.iter().filter(|socket| socket.held).count();
    let sockets = u32::try_from(held).unwrap_or(u32::MAX);
    trace::record(Cast::SERVER.0, Kind::Left, NO_CONNECTION, tasks.into(), sockets.into());
    scene.inside(Inside::Left { tasks, sockets });
    if let Some(report) = exit.report {
        let report = serde_json::to_value(report).expect("a report is plain data");
        scene.inside(Inside::Report { report });
    }
    let code = u64::try_from(exit.code).unwrap_or_default();
    trace::record(Cast::SERVER.0, Kind::Exited, NO_CONNECTION, code, 0);
    scene.process.end(Exit { code: Some(exit.code), signal: None });
    scene.store.orphan();
}

/// Has every actor play its part, to the end.
async fn play<N: Net>(scene: &Arc<Scene<N>>, stage: &Arc<Stage<Simulated<N>>>, plan: Plan) {
    if scene.conditions.startup.is_some() {
        stage.set_begun();
    } else {
        stage.set_ready();
    }
    scene.store.set_ready();
    let net = &scene.net;
    let mut watchers = vec![net.spawn(Cast::BALANCER, {
        let stage = Arc::clone(stage);
        async move { watch_listener(&stage).await }
    })];
    watchers.push(net.spawn(Cast::BALANCER, {
        let stage = Arc::clone(stage);
        async move { watch_exit(&stage).await }
    }));
    if !scene.conditions.network.events.is_empty() {
        watchers.push(net.spawn(Cast::BALANCER, links::change(Arc::clone(scene), net.now())));
    }
    if let Some(balancer) = scene.conditions.balancer.clone() {
        watchers.push(net.spawn(Cast::BALANCER, balancer::watch(Arc::clone(stage), balancer)));
    }
    let signals = plan.signals();
    let actors = plan.actors.into_iter().filter_map(|actor| {
        let (host, stage) = (scene.cast.host(&actor.name)?, Arc::clone(stage));
        Some(net.spawn(host, async move { act(&stage, &actor).await }))
    });
    let actors: Vec<_> = actors.collect();
    let done = async { drop(join_all(actors).await) };
    supervise(stage, signals, SET_UP_WITHIN, done).await;
    watchers.iter().for_each(crate::engine::Task::abort);
}
