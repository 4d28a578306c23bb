use std::collections::BTreeMap;
use std::time::Duration;

use super::Plan;
use crate::bench::client::{Client, Exchange};
use crate::bench::contender::Contender;
use crate::bench::error::Error;
use crate::bench::limits;
use crate::bench::server::{Launch, Server};
use crate::bench::stats::{median, rotated};
use crate::bench::table::{Row, Unit, thousands};
use crate::progress::say;
use crate::subject::{Kind, PolicyChoice};

/// How long a server may take to shut down.
const EXIT: Duration = Duration::from_secs(30);

/// From SIGTERM to the end of the process, with exit code 0, while so many kept-alive connections
/// stand idle, each after one answer. Their clients do nothing until it is over.
pub(super) fn measure(plan: &Plan) -> Result<Vec<Row>, Error> {
    let most = plan.exits.iter().map(|(connections, _)| *connections).max();
    limits::open_files(u64::from(most.unwrap_or_default()) + 256)?;
    let mut rows = Vec::new();
    for &(connections, rounds) in plan.exits {
        let mut times: BTreeMap<Contender, Vec<f64>> = BTreeMap::new();
        say(format_args!("exit: {connections} idle, {rounds} rounds"));
        for round in 0..rounds {
            for contender in rotated(&Contender::STOPPING, round) {
                let time = shut_down(contender, connections).map_err(|it| it.of(contender))?;
                times.entry(contender).or_default().push(time.as_secs_f64() * 1e3);
            }
        }
        let connections = thousands(f64::from(connections));
        let label = format!("SIGTERM to exit, ms: {connections} idle");
        rows.extend(beside_each_other(&label, &times));
    }
    Ok(rows)
}

/// Two rows of medians: one with our default policy and one without any grace. The peers, which
/// have no policy, are in both.
pub(super) fn beside_each_other(label: &str, times: &BTreeMap<Contender, Vec<f64>>) -> [Row; 2] {
    let mut default = Row::new(label, Unit::Millis);
    let mut bare = Row::new(format!("{label}, bare"), Unit::Millis);
    for (contender, times) in times {
        let Some(median) = median(times) else { continue };
        let ours = contender.kind == Kind::Lastorders;
        if !ours || contender.policy == PolicyChoice::Default {
            default.set(contender.kind, median);
        }
        if !ours || contender.policy == PolicyChoice::Bare {
            bare.set(contender.kind, median);
        }
    }
    [default, bare]
}

/// Starts a server, opens so many connections, and stops it.
pub(super) fn shut_down(contender: Contender, connections: u32) -> Result<Duration, Error> {
    let server = Server::start(contender, &Launch::default())?;
    let hello = Exchange::hello();
    let mut clients = Vec::new();
    for _ in 0..connections {
        let mut client = Client::connect(server.address())?;
        client.exchange(&hello)?;
        clients.push(client);
    }
    let began = server.terminate()?;
    let exit = server.wait(EXIT)?;
    drop(clients);
    Ok(exit.at.duration_since(began))
}
