use std::collections::BTreeMap;
use std::time::Duration;

use super::Plan;
use super::exit::{beside_each_other, shut_down};
use crate::bench::client::{Client, Exchange};
use crate::bench::error::{Context, Error};
use crate::bench::policy_variant::{PolicyVariant, expect_success};
use crate::bench::stats::rotated;
use crate::bench::table::Row;
use crate::clock::now;
use crate::console::print_status;
use crate::subject::SEEN;

/// How long a server may take to shut down.
const EXIT: Duration = Duration::from_secs(30);

/// Measures one request in flight at SIGTERM: from the last byte of its response, as the client
/// reads it, to the end of the process. A second row has the excess over a shutdown with nothing
/// open. The client closes after the response, which says `Connection: close`.
pub(super) fn measure(plan: &Plan) -> Result<Vec<Row>, Error> {
    let mut after: BTreeMap<PolicyVariant, Vec<f64>> = BTreeMap::new();
    let mut over: BTreeMap<PolicyVariant, Vec<f64>> = BTreeMap::new();
    for round in 0..plan.last_rounds {
        print_status(format_args!("last response to exit: round {}", round + 1));
        for variant in rotated(&PolicyVariant::STOPPING, round) {
            let of = |error: Error| error.of(variant);
            let empty = shut_down(variant, 0).map_err(of)?.as_secs_f64() * 1e3;
            let last = last_response(variant, plan.last_request).map_err(of)?;
            let last = last.as_secs_f64() * 1e3;
            after.entry(variant).or_default().push(last);
            over.entry(variant).or_default().push(last - empty);
        }
    }
    let mut rows = beside_each_other("last response to exit, ms", &after).to_vec();
    rows.extend(beside_each_other("... more than with nothing open, ms", &over));
    Ok(rows)
}

fn last_response(variant: PolicyVariant, time: Duration) -> Result<Duration, Error> {
    let server = variant.start()?;
    let mut client = Client::connect(server.address())?;
    let last = Exchange::seen(time);
    client.send(&last)?;
    server.expect(SEEN).to("see a request in flight")?;
    server.terminate().to("send SIGTERM")?;
    client.receive(&last)?;
    let answered = now();
    drop(client);
    let exit = expect_success(server, EXIT)?;
    Ok(exit.at.duration_since(answered))
}
