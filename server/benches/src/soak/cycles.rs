use std::io;
use std::pin::pin;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval};

use super::drains::Drains;
use super::plan::Plan;
use super::processes;
use super::settings::{Settings, Sort};
use super::summary::Summary;
use super::verdict::Cycle;
use crate::network::{Family, Network};
use crate::progress::say;
use crate::subject::app;

/// How often whoever watches is told how far it is.
const TELL: Duration = Duration::from_secs(5);

/// Runs cycles of one kind until the time is over, into `summary`, which holds what there is so far
/// at any time.
pub(super) async fn run(
    sort: Sort,
    settings: &Settings,
    summary: &mut Summary,
    runtime: Handle,
    heap: fn() -> usize,
    seed: u64,
) -> io::Result<()> {
    let network = Network::loopback(Family::Ipv4).map_err(io::Error::other)?;
    let mut place = match sort {
        Sort::Processes => Place::Processes(network),
        Sort::Drains => Place::Drains(Drains::new(runtime, network, app(), heap)),
    };
    let began = Instant::now();
    let mut ticks = interval(TELL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let end = settings.cycles.map_or(u64::MAX, |cycles| settings.from.saturating_add(cycles));
    for number in settings.from..end {
        if began.elapsed() >= settings.length {
            break;
        }
        let plan = Plan::of(seed, number);
        let cycle = telling(&mut ticks, summary, place.cycle(&plan)).await?;
        summary.add(number, cycle, began.elapsed());
    }
    if let Place::Drains(drains) = &place {
        summary.judge_heap(&drains.ledger, settings.cycles.is_some());
    }
    Ok(())
}

enum Place {
    Processes(Network),
    Drains(Drains),
}

impl Place {
    async fn cycle(&mut self, plan: &Plan) -> io::Result<Cycle> {
        match self {
            Self::Processes(network) => processes::cycle(network, plan).await,
            Self::Drains(drains) => drains.cycle(plan).await,
        }
    }
}

/// Runs a cycle, and tells how far we are meanwhile.
async fn telling(
    ticks: &mut Interval,
    summary: &Summary,
    cycle: impl Future<Output = io::Result<Cycle>>,
) -> io::Result<Cycle> {
    let mut cycle = pin!(cycle);
    loop {
        tokio::select! {
            biased;
            cycle = &mut cycle => return cycle,
            _ = ticks.tick() => say(format_args!("{summary}")),
        }
    }
}
