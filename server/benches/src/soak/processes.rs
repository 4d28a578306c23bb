//! A new server process each cycle.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use super::cycle_result::CycleResult;
use super::plan::Plan;
use crate::load::{Load, Trigger};
use crate::network::Network;
use crate::process::{Launch, Process};
use crate::subject::{PolicyChoice, ServerKind};

/// How long a part of a cycle may take: more than the policy's deadline and a repeated SYN.
const BOUND: Duration = Duration::from_secs(30);

/// Starts a server, loads it, terminates it, and waits until it has ended.
///
/// # Errors
///
/// When the server cannot be started or waited for, or the clients do not end.
pub async fn cycle(network: &Network, plan: &Plan) -> io::Result<CycleResult> {
    let launch = Launch::new(ServerKind::Lastorders, PolicyChoice::Default)
        .option("--listen", network.listen());
    let server = network.servers.run(async move || Process::start(launch)).await?;
    let (signals, terminate) = (plan.signals, server.terminator());
    let fire = move || (0..signals).for_each(|_| terminate());
    let trigger = Arc::new(Trigger::new(plan.continuous(), plan.trigger_point, fire));
    let load = Load {
        target: server.address(),
        clients: plan.clients.clone(),
        trigger: Arc::clone(&trigger),
        ending: Arc::default(),
    };
    let mut load = pin!(timeout(2 * BOUND, network.clients.run(|| load.run())));
    let stuck = |_| io::Error::other("the clients did not end");
    let early = tokio::select! {
        biased;
        () = trigger.fired() => None,
        tally = &mut load => Some(tally.map_err(stuck)?),
    };
    if let Some(tally) = early {
        let faults = vec![format!("the server ended before the signal: {tally}")];
        return Ok(CycleResult { tally, faults });
    }
    let ended = network.servers.run(|| server.ended(BOUND)).await?;
    let mut cycle = CycleResult::evaluate(load.await.map_err(stuck)?, ended.report().as_ref());
    match ended.status {
        Some(status) if status.success() => {}
        Some(status) => cycle.faults.push(format!("the server ended with {status}")),
        None => cycle.faults.push(format!("the server did not end within {BOUND:?}")),
    }
    Ok(cycle)
}
