//! The metrics that a shutdown records, compared with the documentation.

use std::collections::BTreeMap;
use std::future::pending;
use std::sync::{Arc, Mutex};

use axum::Router;
use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder,
    SharedString, Unit,
};

use crate::testing::{Gate, Rig, ms};
use crate::{Policy, ShutdownHandle};

/// The values of each metric, by kind, name and labels.
type Recorded = BTreeMap<String, Vec<f64>>;

/// The kind, unit and description of each metric, by name.
type Described = BTreeMap<String, (&'static str, Option<Unit>, String)>;

/// A recorder that keeps every value.
#[derive(Default)]
struct Memory {
    recorded: Arc<Mutex<Recorded>>,
    described: Mutex<Described>,
}

struct Cell {
    name: String,
    recorded: Arc<Mutex<Recorded>>,
}

impl Cell {
    fn record(&self, value: f64) {
        self.recorded.lock().expect("free").entry(self.name.clone()).or_default().push(value);
    }
}

impl CounterFn for Cell {
    fn increment(&self, value: u64) {
        self.record(value as f64);
    }

    fn absolute(&self, _: u64) {
        panic!("counters only count");
    }
}

impl GaugeFn for Cell {
    fn increment(&self, _: f64) {
        panic!("gauges are only set");
    }

    fn decrement(&self, _: f64) {
        panic!("gauges are only set");
    }

    fn set(&self, value: f64) {
        self.record(value);
    }
}

impl HistogramFn for Cell {
    fn record(&self, value: f64) {
        Self::record(self, value);
    }
}

impl Memory {
    fn cell(&self, kind: &str, key: &Key) -> Arc<Cell> {
        let labels: Vec<_> =
            key.labels().map(|it| format!("{}={}", it.key(), it.value())).collect();
        let name = format!("{kind} {} {}", key.name(), labels.join(" "));
        Arc::new(Cell { name: name.trim_end().to_owned(), recorded: Arc::clone(&self.recorded) })
    }

    fn describe(&self, kind: &'static str, name: &KeyName, unit: Option<Unit>, about: &str) {
        let mut described = self.described.lock().expect("free");
        described.insert(name.as_str().to_owned(), (kind, unit, about.to_owned()));
    }

    fn recorded(&self) -> Recorded {
        self.recorded.lock().expect("free").clone()
    }
}

impl Recorder for Memory {
    fn describe_counter(&self, name: KeyName, unit: Option<Unit>, about: SharedString) {
        self.describe("counter", &name, unit, &about);
    }

    fn describe_gauge(&self, name: KeyName, unit: Option<Unit>, about: SharedString) {
        self.describe("gauge", &name, unit, &about);
    }

    fn describe_histogram(&self, name: KeyName, unit: Option<Unit>, about: SharedString) {
        self.describe("histogram", &name, unit, &about);
    }

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.cell("counter", key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.cell("gauge", key))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.cell("histogram", key))
    }
}

/// A shutdown with one request that finishes and one that is cut, and with a task and half a head
/// that are cut. One resource is released, and one is not.
async fn shutdown_with_cuts() {
    let (gate, shutdown) = (Gate::new(), ShutdownHandle::new());
    let stuck_task = tokio::spawn(shutdown.track(pending::<()>()));
    let policy = Policy::default().lame_duck(ms(500)).deadline(ms(2_000));
    let mut rig = Rig::with(policy, gate.app(shutdown.clone()), |serve| {
        serve
            .shutdown_handle(shutdown)
            .release("the pool", ms(100), || tokio::time::sleep(ms(20)))
            .release("cache", ms(100), pending::<()>)
    });
    let mut stuck = rig.connect();
    stuck.get("/held").await;
    let mut half = rig.connect();
    half.send("GET /").await;
    rig.terminate().await;
    let mut late = rig.connect();
    late.get("/").await;
    late.answer().await;
    drop(late);
    assert!(stuck.closed().await && half.closed().await);
    rig.report().await;
    assert!(stuck_task.await.expect("no panic").is_err());
}

#[tokio::test(start_paused = true)]
async fn shutdown_records_every_metric() {
    let memory = Memory::default();
    let recorder = metrics::set_default_local_recorder(&memory);
    shutdown_with_cuts().await;
    drop(recorder);
    // Each counter begins with 0.
    let expected: [(&str, &[f64]); 24] = [
        ("counter lastorders_aborted_connections_total class=active", &[0., 1.]),
        ("counter lastorders_aborted_connections_total class=half_head", &[0., 1.]),
        ("counter lastorders_aborted_connections_total class=http2", &[0.]),
        ("counter lastorders_aborted_connections_total class=idle", &[0.]),
        ("counter lastorders_aborted_connections_total class=lingering", &[0.]),
        ("counter lastorders_aborted_connections_total class=new", &[0.]),
        ("counter lastorders_aborted_connections_total class=upgraded", &[0.]),
        ("counter lastorders_aborted_requests_total", &[0., 1.]),
        ("counter lastorders_aborted_tasks_total", &[0., 1.]),
        ("counter lastorders_finished_requests_total", &[0., 1.]),
        ("counter lastorders_seals_total method=accept_until_empty", &[1.]),
        ("counter lastorders_shutdowns_total cause=SIGTERM", &[1.]),
        ("gauge lastorders_connections_at_signal", &[2.]),
        ("gauge lastorders_requests_at_signal", &[1.]),
        ("gauge lastorders_tasks_at_signal", &[1.]),
        ("gauge lastorders_upgraded_at_signal", &[0.]),
        ("histogram lastorders_phase_duration_seconds phase=aborting", &[0.]),
        ("histogram lastorders_phase_duration_seconds phase=draining", &[1.5]),
        ("histogram lastorders_phase_duration_seconds phase=lame_duck", &[0.5]),
        ("histogram lastorders_phase_duration_seconds phase=releasing", &[0.12]),
        ("histogram lastorders_phase_duration_seconds phase=sealing", &[0.]),
        ("histogram lastorders_release_duration_seconds resource=cache outcome=timed_out", &[0.1]),
        ("histogram lastorders_release_duration_seconds resource=the pool outcome=done", &[0.02]),
        ("histogram lastorders_shutdown_duration_seconds clean=false", &[2.12]),
    ];
    let expected = expected.into_iter().map(|(name, values)| (name.to_owned(), values.to_vec()));
    assert_eq!(memory.recorded(), expected.collect());
}

#[tokio::test(start_paused = true)]
async fn server_records_nothing_while_it_serves() {
    let memory = Memory::default();
    let _recorder = metrics::set_default_local_recorder(&memory);
    let rig = Rig::new(Policy::default(), Gate::new().app(ShutdownHandle::new()));
    let mut client = rig.connect();
    client.get("/").await;
    client.answer().await;
    assert_eq!(memory.recorded(), Recorded::new());
    rig.drop_server().await;
}

#[tokio::test(start_paused = true)]
async fn shutdown_without_a_cut_is_recorded_as_clean() {
    let memory = Memory::default();
    let _recorder = metrics::set_default_local_recorder(&memory);
    let shutdown = ShutdownHandle::new();
    shutdown.begin();
    Rig::with(Policy::default(), Router::new(), |serve| serve.shutdown_handle(shutdown))
        .report()
        .await;
    let recorded = memory.recorded();
    assert_eq!(recorded["histogram lastorders_shutdown_duration_seconds clean=true"], [0.]);
    assert_eq!(recorded["counter lastorders_shutdowns_total cause=application"], [1.]);
}

#[tokio::test(start_paused = true)]
async fn documentation_lists_exactly_the_recorded_metrics() {
    let memory = Memory::default();
    let _recorder = metrics::set_default_local_recorder(&memory);
    shutdown_with_cuts().await;

    let documentation = include_str!("../../metrics/mod.rs");
    let rows = documentation.lines().filter_map(|line| line.strip_prefix("//! | `"));
    let cells = rows.map(|row| row.trim_end_matches(" |").split(" | ").collect::<Vec<_>>());
    let mut documented = Vec::new();
    let mut described = Described::new();
    for cells in cells.skip(1) {
        let [name, kind, labels, about] = cells[..] else { panic!("not four cells: {cells:?}") };
        let name = format!("lastorders_{}", name.trim_end_matches('`'));
        documented.push(format!("{kind} {name} {}", labels.replace('`', "")).trim_end().to_owned());
        let unit = if kind == "histogram" { Unit::Seconds } else { Unit::Count };
        let kind = ["counter", "gauge", "histogram"].into_iter().find(|it| *it == kind);
        let kind = kind.expect("a kind that there is");
        described.insert(name, (kind, Some(unit), about.to_owned()));
    }
    assert_eq!(*memory.described.lock().expect("free"), described);

    let recorded = memory.recorded();
    let names = recorded.keys().map(|name| {
        let words = name.split(' ').filter(|word| *word != "pool");
        words.map(|word| word.split('=').next().unwrap_or(word)).collect::<Vec<_>>().join(" ")
    });
    let mut names: Vec<_> = names.collect();
    names.dedup();
    documented.sort();
    assert_eq!(names, documented);
}
