use std::io;
use std::pin::pin;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval};

use super::cycle_result::CycleResult;
use super::drains::Drains;
use super::plan::Plan;
use super::processes;
use super::settings::{CycleKind, Settings};
use super::summary::Summary;
use crate::console::print_status;
use crate::network::{Family, Network};
use crate::subject::app;

/// The interval between two progress lines.
const PROGRESS_EVERY: Duration = Duration::from_secs(5);

/// Runs cycles of one kind until the time is over, and adds each to `summary` at once.
pub(super) async fn run(
    kind: CycleKind,
    settings: &Settings,
    summary: &mut Summary,
    runtime: Handle,
    heap: fn() -> usize,
    seed: u64,
) -> io::Result<()> {
    let network = Network::loopback(Family::Ipv4).map_err(io::Error::other)?;
    let mut runner = match kind {
        CycleKind::Processes => CycleRunner::Processes(network),
        CycleKind::Drains => CycleRunner::Drains(Drains::new(runtime, network, app(), heap)),
    };
    let began = Instant::now();
    let mut ticks = interval(PROGRESS_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let end = settings.cycles.map_or(u64::MAX, |cycles| settings.from.saturating_add(cycles));
    for number in settings.from..end {
        if began.elapsed() >= settings.length {
            break;
        }
        let plan = Plan::of(seed, number);
        let cycle = with_progress(&mut ticks, summary, runner.cycle(&plan)).await?;
        summary.add(number, cycle, began.elapsed());
    }
    if let CycleRunner::Drains(drains) = &runner {
        summary.evaluate_heap(&drains.heap_history, settings.cycles.is_some());
    }
    Ok(())
}

enum CycleRunner {
    Processes(Network),
    Drains(Drains),
}

impl CycleRunner {
    async fn cycle(&mut self, plan: &Plan) -> io::Result<CycleResult> {
        match self {
            Self::Processes(network) => processes::cycle(network, plan).await,
            Self::Drains(drains) => drains.cycle(plan).await,
        }
    }
}

/// Runs a cycle, and prints progress lines meanwhile.
async fn with_progress(
    ticks: &mut Interval,
    summary: &Summary,
    cycle: impl Future<Output = io::Result<CycleResult>>,
) -> io::Result<CycleResult> {
    let mut cycle = pin!(cycle);
    loop {
        tokio::select! {
            biased;
            cycle = &mut cycle => return cycle,
            _ = ticks.tick() => print_status(format_args!("{summary}")),
        }
    }
}
