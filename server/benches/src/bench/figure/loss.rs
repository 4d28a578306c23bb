use std::time::Duration;

use super::Plan;
use crate::bench::error::{Context, Error};
use crate::bench::table::{Row, Unit};
use crate::console::say;
use crate::loss::{Contestant, Outcome, Settings, Trouble, Where, measure as count};
use crate::network::Family;
use crate::subject::{Kind, SealMethodChoice};

/// Clients of every server: half of them fresh, half kept alive.
const CLIENTS: usize = 200;

/// One way, on the delayed network.
const DELAY: Duration = Duration::from_millis(5);

/// Requests lost in shutdowns under load, as `loss` counts them; ours on the best method that needs
/// neither privileges nor a successor.
pub(super) fn measure(plan: &Plan, place: Where) -> Result<Vec<Row>, Error> {
    let settings = Settings {
        contestants: [
            Contestant::Ours(SealMethodChoice::FullSink),
            Contestant::Peer(Kind::Axum),
            Contestant::Peer(Kind::Hyper),
            Contestant::Peer(Kind::AxumServer),
        ]
        .to_vec(),
        networks: vec![place],
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
    let tell = |line| say(format_args!("lost: {line}"));
    runtime.block_on(count(&settings, &mut outcome, tell)).map_err(|trouble| match trouble {
        Trouble::Lacking(lacking) => Error::Missing(lacking.to_string()),
        Trouble::Failed(..) | Trouble::TooFast(_) => Error::Wrong(trouble.to_string()),
    })?;
    let faults = outcome.faults();
    if !faults.is_empty() {
        return Err(Error::Wrong(faults.join("; ")));
    }
    Ok(rows(&outcome, place).to_vec())
}

fn rows(outcome: &Outcome, place: Where) -> [Row; 2] {
    let network = match place {
        Where::Loopback => "loopback".to_owned(),
        Where::Delayed => format!("{:.0} ms round trip", outcome.round_trip_ms),
    };
    let shutdowns = outcome.rows.iter().map(|row| row.shutdowns).min().unwrap_or(0);
    let label = format!("lost in {shutdowns} shutdowns, {network}, fresh");
    let mut fresh = Row::new(label, Unit::Count);
    let mut kept_alive = Row::new("... on kept-alive connections", Unit::Count);
    for row in &outcome.rows {
        let kind = Kind::ALL.into_iter().find(|kind| kind.name() == row.server);
        if let Some(kind) = kind {
            fresh.set(kind, row.tally.fresh() as f64);
            kept_alive.set(kind, row.tally.kept_alive() as f64);
        }
    }
    [fresh, kept_alive]
}
