use std::cell::OnceCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use futures_util::stream::poll_fn;
use lastorders::{ShutdownHandle, Signal};
use lastorders_model::actor::{
    Exit, Recorder, RunContext, act, supervise, watch_exit, watch_listener,
};
use lastorders_model::history::EventKind;
use lastorders_model::plan::Plan;
use tokio::sync::mpsc::UnboundedReceiver;

use super::app::{App, made};
use super::host_map::HostMap;
use super::listener::Listener;
use super::process::Process;
use super::random::{Buggified, Random};
use super::sim_context::SimContext;
use super::sim_event::SimEvent;
use super::sim_world::SimWorld;
use super::store::SimStore;
use super::{network, observer, startup};
use crate::case::{Case, Sealing};
use crate::engine::Net;
use crate::subject::{self, Parts, Resource, Subject};
use crate::trace::{self, Kind, NO_CONNECTION};

/// The longest time from ready to the signal, or to the end of a plan without a signal.
const SET_UP_WITHIN: Duration = Duration::from_secs(60);

/// Turns of the runtime after the server has returned. By then every ready task has run.
const SETTLING: usize = 8;

/// Runs a case inside an engine's run. `record` has the history from the first step on.
pub(super) async fn perform<N: Net>(
    net: N,
    case: Case,
    hosts: HostMap,
    (subject, app): (Subject, App),
    record: Rc<OnceCell<Arc<Recorder>>>,
) {
    let (sim, signals) = set(net, &case, hosts);
    let recorder = Arc::clone(&sim.recorder);
    let _ = record.set(Arc::clone(&recorder));
    network::lay_links(&sim);
    recorder.record("server", EventKind::Started { pid: 1, port: super::listener::PORT });
    let listener = if case.conditions.startup.is_some() {
        None
    } else {
        match Listener::bind(&sim).await {
            Ok(listener) => Some(listener),
            Err(error) => {
                recorder.record("server", EventKind::NotReady { why: error.to_string() });
                return;
            }
        }
    };
    let server = live(Arc::clone(&sim), listener, signals, (subject, app));
    let _server = sim.net.spawn(HostMap::SERVER, server);
    let context =
        RunContext::new(case.plan.contract.clone(), Arc::clone(&recorder), SimWorld::new(&sim));
    play(&sim, &Arc::new(context), case.plan).await;
    recorder.record("world", EventKind::Lag { worst_us: 0 });
    let (counts, total) = sim.store.rows();
    recorder.record("store", EventKind::Rows { counts, total, sessions_left: 0 });
    recorder.record("server", EventKind::Output { stdout: String::new(), stderr: String::new() });
}

/// Builds the context of a run in which nothing has happened.
fn set<N: Net>(
    net: N,
    case: &Case,
    hosts: HostMap,
) -> (Arc<SimContext<N>>, UnboundedReceiver<Signal>) {
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
    (Arc::new(SimContext { net, conditions, hosts, random, recorder, store, process }), signals)
}

/// The life of the server's process, including its startup.
async fn live<N: Net>(
    sim: Arc<SimContext<N>>,
    listener: Option<Listener<N>>,
    mut signals: UnboundedReceiver<Signal>,
    (subject, app): (Subject, App),
) {
    let listener = match (listener, sim.conditions.startup) {
        (Some(listener), _) => listener,
        (None, None) => return,
        (None, Some(it)) => match startup::complete(&sim, it, subject, &mut signals).await {
            Some(listener) => listener,
            None => return,
        },
    };
    let drain = ShutdownHandle::new();
    let store = sim.store.clone();
    let parts = Parts {
        listener,
        // An engine without a SYN filter accepts until its queue is empty.
        sealing: if N::SHOWS_KERNEL {
            sim.conditions.policy.sealing
        } else {
            Sealing::AcceptUntilEmpty
        },
        signals: Box::pin(poll_fn(move |cx| signals.poll_recv(cx))),
        policy: sim.conditions.policy.policy(),
        drain: drain.clone(),
        app: made(&app, &sim, drain),
        observer: Box::new(observer::observer(&sim.recorder)),
        resources: vec![Resource::new("store", move || async move { store.close().await })],
    };
    let exit = {
        let _buggified = Buggified::new(&sim.conditions, &sim.random);
        let exit = subject::serve(subject, parts).await;
        // Lets tasks end that are ready to end.
        for _ in 0..SETTLING {
            tokio::task::yield_now().await;
        }
        exit
    };
    // This task itself ends with the process, so it does not count.
    let tasks = u32::try_from(sim.net.tasks(HostMap::SERVER).saturating_sub(1)).unwrap_or(u32::MAX);
    let all = if N::SHOWS_KERNEL { sim.net.sockets(HostMap::SERVER) } else { Vec::new() };
    let held = all.iter().filter(|socket| socket.held).count();
    let sockets = u32::try_from(held).unwrap_or(u32::MAX);
    trace::record(HostMap::SERVER.0, Kind::Left, NO_CONNECTION, tasks.into(), sockets.into());
    sim.inside(SimEvent::Left { tasks, sockets });
    if let Some(report) = exit.report {
        let report = serde_json::to_value(report).expect("a report is plain data");
        sim.inside(SimEvent::Report { report });
    }
    let code = u64::try_from(exit.code).unwrap_or_default();
    trace::record(HostMap::SERVER.0, Kind::Exited, NO_CONNECTION, code, 0);
    sim.process.end(Exit { code: Some(exit.code), signal: None });
    sim.store.orphan();
}

/// Runs the scripts of all actors to their ends.
async fn play<N: Net>(
    sim: &Arc<SimContext<N>>,
    context: &Arc<RunContext<SimWorld<N>>>,
    plan: Plan,
) {
    if sim.conditions.startup.is_some() {
        context.set_begun();
    } else {
        context.set_ready();
    }
    sim.store.set_ready();
    let net = &sim.net;
    let mut watchers = vec![net.spawn(HostMap::BALANCER, {
        let context = Arc::clone(context);
        async move { watch_listener(&context).await }
    })];
    watchers.push(net.spawn(HostMap::BALANCER, {
        let context = Arc::clone(context);
        async move { watch_exit(&context).await }
    }));
    if !sim.conditions.network.events.is_empty() {
        watchers
            .push(net.spawn(HostMap::BALANCER, network::change_links(Arc::clone(sim), net.now())));
    }
    if let Some(balancer) = sim.conditions.balancer.clone() {
        watchers.push(
            net.spawn(HostMap::BALANCER, network::watch_readiness(Arc::clone(context), balancer)),
        );
    }
    let signals = plan.signals();
    let actors = plan.actors.into_iter().filter_map(|actor| {
        let (host, context) = (sim.hosts.host(&actor.name)?, Arc::clone(context));
        Some(net.spawn(host, async move { act(&context, &actor).await }))
    });
    let actors: Vec<_> = actors.collect();
    let done = async { drop(join_all(actors).await) };
    supervise(context, signals, SET_UP_WITHIN, done).await;
    watchers.iter().for_each(crate::engine::Task::abort);
}
