use std::collections::BTreeMap;
use std::time::Duration;

use super::Plan;
use crate::bench::client::{Client, Exchange};
use crate::bench::error::{Context, Error};
use crate::bench::machine;
use crate::bench::policy_variant::{PolicyVariant, expect_success};
use crate::bench::stats::{median, rotated};
use crate::bench::table::{Row, Unit, thousands};
use crate::clock::now;
use crate::console::print_status;
use crate::subject::{PolicyChoice, ServerKind};

/// How long a server may take to shut down.
const EXIT: Duration = Duration::from_secs(30);

/// Measures from SIGTERM to the end of the process, which must exit with 0. Meanwhile idle
/// keep-alive connections are open, each of which has had one answer. Their clients do nothing
/// until the process ends.
pub(super) fn measure(plan: &Plan) -> Result<Vec<Row>, Error> {
    let most = plan.exits.iter().map(|(connections, _)| *connections).max();
    machine::allow_open_files(u64::from(most.unwrap_or_default()) + 256)?;
    let mut rows = Vec::new();
    for &(connections, rounds) in plan.exits {
        let mut times: BTreeMap<PolicyVariant, Vec<f64>> = BTreeMap::new();
        print_status(format_args!("exit: {connections} idle, {rounds} rounds"));
        for round in 0..rounds {
            for variant in rotated(&PolicyVariant::STOPPING, round) {
                let time = shut_down(variant, connections).map_err(|it| it.of(variant))?;
                times.entry(variant).or_default().push(time.as_secs_f64() * 1e3);
            }
        }
        let connections = thousands(f64::from(connections));
        let label = format!("SIGTERM to exit, ms: {connections} idle");
        rows.extend(beside_each_other(&label, &times));
    }
    Ok(rows)
}

/// Returns two rows of medians: with our default policy, and without any grace. The peers have no
/// policy, so they are in both rows.
pub(super) fn beside_each_other(
    label: &str,
    times: &BTreeMap<PolicyVariant, Vec<f64>>,
) -> [Row; 2] {
    let mut default = Row::new(label, Unit::Millis);
    let mut bare = Row::new(format!("{label}, bare"), Unit::Millis);
    for (variant, times) in times {
        let Some(median) = median(times) else { continue };
        let ours = variant.kind == ServerKind::Lastorders;
        if !ours || variant.policy == PolicyChoice::Default {
            default.set(variant.kind, median);
        }
        if !ours || variant.policy == PolicyChoice::Bare {
            bare.set(variant.kind, median);
        }
    }
    [default, bare]
}

/// Starts a server, opens `connections` connections, and stops the server.
pub(super) fn shut_down(variant: PolicyVariant, connections: u32) -> Result<Duration, Error> {
    let server = variant.start()?;
    let hello = Exchange::hello();
    let mut clients = Vec::new();
    for _ in 0..connections {
        let mut client = Client::connect(server.address())?;
        client.exchange(&hello)?;
        clients.push(client);
    }
    let began = now();
    server.terminate().to("send SIGTERM")?;
    let exit = expect_success(server, EXIT)?;
    drop(clients);
    Ok(exit.at.duration_since(began))
}
