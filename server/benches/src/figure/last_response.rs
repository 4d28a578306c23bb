use std::collections::BTreeMap;
use std::time::Duration;

use super::Plan;
use super::exit::{beside_each_other, shut_down};
use crate::client::{Client, Exchange};
use crate::clock::now;
use crate::contender::Contender;
use crate::error::Error;
use crate::progress::say;
use crate::server::{Launch, Server};
use crate::stats::rotated;
use crate::table::Row;

/// How long a server may take to shut down.
const EXIT: Duration = Duration::from_secs(30);

/// With one request in flight at SIGTERM: from the last byte of its response, as the client reads
/// it, to the end of the process; and how much more that is than a shutdown with nothing open. The
/// client closes when it has read the response, which says `Connection: close`.
pub(super) fn measure(plan: &Plan) -> Result<Vec<Row>, Error> {
    let mut after: BTreeMap<Contender, Vec<f64>> = BTreeMap::new();
    let mut over: BTreeMap<Contender, Vec<f64>> = BTreeMap::new();
    for round in 0..plan.last_rounds {
        say(format_args!("last response to exit: round {}", round + 1));
        for contender in rotated(&Contender::STOPPING, round) {
            let bare = shut_down(contender, 0)?.as_secs_f64() * 1e3;
            let last = last_response(contender, plan.last_request)?.as_secs_f64() * 1e3;
            after.entry(contender).or_default().push(last);
            over.entry(contender).or_default().push(last - bare);
        }
    }
    let mut rows = beside_each_other("last response to exit, ms", &after).to_vec();
    rows.extend(beside_each_other("... over the exit with nothing open, ms", &over));
    Ok(rows)
}

fn last_response(contender: Contender, time: Duration) -> Result<Duration, Error> {
    let server = Server::start(contender, &Launch::default())?;
    let slow = Exchange::slow(time);
    let mut client = Client::connect(server.address())?;
    client.exchange(&Exchange::hello())?;
    client.send(&slow)?;
    // Whoever has answered this, which was sent later, has read that; and if not, its answer will
    // be missing, and the figure with it.
    let mut other = Client::connect(server.address())?;
    other.exchange(&Exchange::last_hello())?;
    other.expect_close()?;
    server.terminate()?;
    let mut client = client.another_length();
    client.receive(&slow)?;
    let answered = now();
    drop(client);
    let exit = server.wait(EXIT)?;
    Ok(exit.at.duration_since(answered))
}
