use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use super::Plan;
use crate::bench::client::{Client, Exchange};
use crate::bench::error::{Context, Error};
use crate::bench::policy_variant::PolicyVariant;
use crate::bench::stats::{median, rotated};
use crate::bench::table::{Row, Unit};
use crate::clock::now;
use crate::console::print_status;
use crate::process::Process;
use crate::subject::ServerKind;

/// Connections of the client, each with one request under way.
const CONNECTIONS: usize = 32;

/// A server that was busy for a smaller share of the time did not limit the throughput.
const BUSY: f64 = 0.9;

/// Measures requests per second on keep-alive connections. The server has one processor and the
/// client another, and every answer is checked. The ratio is the median of the ratios of all
/// rounds.
///
/// The second row divides by the time for which the server had its processor. It estimates the rate
/// on a machine where nothing else runs.
pub(super) fn measure(plan: &Plan) -> Result<Vec<Row>, Error> {
    let all = sched_getaffinity(None).to("learn which processors there are")?;
    let cpus: Vec<usize> = (0..CpuSet::MAX_CPU).filter(|cpu| all.is_set(*cpu)).take(2).collect();
    let &[ours, servers] = cpus.as_slice() else {
        let why = "the server and the client need a processor each, and this machine has only one";
        return Err(Error::Missing(why.to_owned()));
    };
    let mut alone = CpuSet::new();
    alone.set(ours);
    sched_setaffinity(None, &alone).to("keep to one processor")?;
    let rows = rounds(plan, servers);
    sched_setaffinity(None, &all).to("use every processor again")?;
    rows
}

fn rounds(plan: &Plan, cpu: usize) -> Result<Vec<Row>, Error> {
    let mut rate = Rates::default();
    let mut own_rate = Rates::default();
    let mut idlest = 1.0_f64;
    for round in 0..plan.throughput_rounds {
        for variant in rotated(&PolicyVariant::SERVING, round) {
            let sample =
                sample(variant, cpu, plan.throughput_time).map_err(|error| error.of(variant))?;
            rate.add(variant.kind, sample.rate);
            own_rate.add(variant.kind, sample.rate / sample.busy);
            idlest = idlest.min(sample.busy);
        }
        print_status(format_args!(
            "requests a second: round {}: {:.3} of axum",
            round + 1,
            rate.ratio()
        ));
    }
    let mut row = rate.row("requests a second");
    if idlest < BUSY {
        row.set_note(format!(
            "requests a second: A SERVER HAD ITS PROCESSOR FOR ONLY {:.0} % OF A ROUND; the \
             client, or something else on this machine, held it up: believe the row below it",
            idlest * 100.0
        ));
    }
    Ok(vec![row, own_rate.row("... of its processor's time")])
}

/// The values of each server, one a round.
#[derive(Default)]
struct Rates {
    of: BTreeMap<ServerKind, Vec<f64>>,
}

impl Rates {
    fn add(&mut self, kind: ServerKind, rate: f64) {
        self.of.entry(kind).or_default().push(rate);
    }

    /// The median of our rate divided by axum's, round by round.
    fn ratio(&self) -> f64 {
        let (ours, axum) = (&self.of[&ServerKind::Lastorders], &self.of[&ServerKind::Axum]);
        let ratios: Vec<f64> = ours.iter().zip(axum).map(|(ours, axum)| ours / axum).collect();
        median(&ratios).unwrap_or(f64::NAN)
    }

    fn row(&self, label: &str) -> Row {
        let mut row = Row::new(label, Unit::Count);
        for (kind, rates) in &self.of {
            if let Some(median) = median(rates) {
                row.set(*kind, median);
            }
        }
        row.set_ratio(self.ratio());
        row
    }
}

struct Sample {
    rate: f64,
    /// The share of the time for which the server was on its processor.
    busy: f64,
}

fn sample(variant: PolicyVariant, cpu: usize, time: Duration) -> Result<Sample, Error> {
    let launch = variant.launch().option("--threads", 1).option("--cpu", cpu);
    let server = Process::start(launch).to("start a server")?;
    let mut clients = Vec::new();
    for _ in 0..CONNECTIONS {
        clients.push(Client::connect(server.address())?);
    }
    drive(&mut clients, time / 5)?;
    let cpu_before = on_cpu(&server)?;
    let (answers, took) = drive(&mut clients, time)?;
    let on_cpu = on_cpu(&server)?.saturating_sub(cpu_before);
    let rate = answers as f64 / took.as_secs_f64();
    Ok(Sample { rate, busy: on_cpu.as_secs_f64() / took.as_secs_f64() })
}

/// Keeps one request under way on each connection for `time`. Returns the number of answers, and
/// the time that they took.
fn drive(clients: &mut [Client], time: Duration) -> Result<(u64, Duration), Error> {
    let hello = Exchange::hello();
    let began = now();
    for client in &mut *clients {
        client.send(&hello)?;
    }
    let mut answers = 0;
    while began.elapsed() < time {
        for client in &mut *clients {
            client.receive(&hello)?;
            client.send(&hello)?;
            answers += 1;
        }
    }
    for client in &mut *clients {
        client.receive(&hello)?;
        answers += 1;
    }
    Ok((answers, began.elapsed()))
}

/// How long the main thread, which is the whole server here, has had a processor.
fn on_cpu(server: &Process) -> Result<Duration, Error> {
    let path = format!("/proc/{}/schedstat", server.pid());
    let text = fs::read_to_string(&path).to(format!("read {path}"))?;
    let nanos = text.split_whitespace().next().and_then(|it| it.parse().ok());
    let nanos = nanos.ok_or_else(|| Error::Wrong(format!("{path} has no number: {text:?}")))?;
    Ok(Duration::from_nanos(nanos))
}
