use std::time::Duration;

use super::Plan;
use crate::bench::error::{Context, Error};
use crate::bench::table::{Row, Unit};
use crate::console::print_status;
use crate::loss::{MeasureError, NetworkKind, Outcome, SealVariant, Settings, measure as count};
use crate::network::Family;
use crate::subject::{SealMethodChoice, ServerKind};

/// Clients of each server: half of them fresh, half kept alive.
const CLIENTS: usize = 200;

/// The delay of each direction, on the delayed network.
const DELAY: Duration = Duration::from_millis(5);

/// Counts requests lost in shutdowns under load, as `loss` does. Ours seals by the best method that
/// needs neither privileges nor a successor.
pub(super) fn measure(plan: &Plan, network_kind: NetworkKind) -> Result<Vec<Row>, Error> {
    let settings = Settings {
        variants: [
            SealVariant::Ours(SealMethodChoice::FullSink),
            SealVariant::Peer(ServerKind::Axum),
            SealVariant::Peer(ServerKind::Hyper),
            SealVariant::Peer(ServerKind::AxumServer),
        ]
        .to_vec(),
        networks: vec![network_kind],
        delay: DELAY,
        family: Family::Ipv4,
        shutdowns: plan.loss_shutdowns,
        clients: CLIENTS,
        backlog: 1024,
        seed: fastrand::u64(..),
    };
    let mut outcome = Outcome::new(&settings);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.to("make a runtime")?;
    let progress = |line| print_status(format_args!("lost: {line}"));
    runtime.block_on(count(&settings, &mut outcome, progress)).map_err(|error| match error {
        MeasureError::Unavailable(unavailable) => Error::Missing(unavailable.to_string()),
        MeasureError::Failed(..) | MeasureError::TooFast(_) => Error::Wrong(error.to_string()),
    })?;
    let faults = outcome.faults();
    if !faults.is_empty() {
        return Err(Error::Wrong(faults.join("; ")));
    }
    Ok(rows(&outcome, network_kind).to_vec())
}

fn rows(outcome: &Outcome, network_kind: NetworkKind) -> [Row; 2] {
    let network = match network_kind {
        NetworkKind::Loopback => "loopback".to_owned(),
        NetworkKind::Delayed => format!("{:.0} ms round trip", outcome.round_trip_ms),
    };
    let shutdowns = outcome.rows.iter().map(|row| row.shutdowns).min().unwrap_or(0);
    let label = format!("lost in {shutdowns} shutdowns, {network}, fresh");
    let mut fresh = Row::new(label, Unit::Count);
    let mut kept_alive = Row::new("... on kept-alive connections", Unit::Count);
    for row in &outcome.rows {
        let kind = ServerKind::ALL.into_iter().find(|kind| kind.name() == row.server);
        if let Some(kind) = kind {
            fresh.set(kind, row.tally.fresh() as f64);
            kept_alive.set(kind, row.tally.kept_alive() as f64);
        }
    }
    [fresh, kept_alive]
}
