use std::fmt;
use std::io;

use super::contestant::Contestant;
use super::outcome::Outcome;
use super::settings::{Settings, Where};
use super::shutdown::shut_down;
use crate::clock::now;
use crate::load::Connection;
use crate::load::Moment;
use crate::network::{Lacking, Network};

/// Why there is no result, or only a part of one.
#[derive(Debug)]
pub enum Trouble {
    /// The environment does not allow what the measurement needs.
    Lacking(Lacking),
    /// A shutdown could not be measured. Nothing is known about the server from that.
    Failed(Contestant, io::Error),
    /// The wire is faster than it should be: nothing would have been measured.
    TooFast(std::time::Duration),
}

/// Measures everything that the settings say, into `outcome`, which holds what there is so far at
/// any time. Tells `progress` of each shutdown. Where one network cannot be had, the other is
/// measured all the same.
///
/// # Errors
///
/// When a network cannot be made, or something other than the servers went wrong.
pub async fn measure(
    settings: &Settings,
    outcome: &mut Outcome,
    mut progress: impl FnMut(String),
) -> Result<(), Trouble> {
    let mut networks = Vec::new();
    let mut lacking = None;
    for place in &settings.networks {
        match open(*place, settings).await {
            Ok(network) => networks.push((*place, network)),
            Err(Trouble::Lacking(what)) => {
                progress(format!("NOT MEASURED: {place:?}: {what}"));
                lacking = Some(what);
            }
            Err(trouble @ (Trouble::Failed(..) | Trouble::TooFast(_))) => return Err(trouble),
        }
    }
    let total = settings.shutdowns * networks.len() * settings.contestants.len();
    let mut done = 0;
    for round in 0..settings.shutdowns {
        let moment = moment(settings, round);
        for (place, network) in &networks {
            // Each round another server is first.
            let mut contestants = settings.contestants.clone();
            contestants.rotate_left(round % settings.contestants.len().max(1));
            for contestant in contestants {
                let shutdown = shut_down(contestant, network, settings, moment).await;
                let shutdown = shutdown.map_err(|error| Trouble::Failed(contestant, error))?;
                if shutdown.tally.failed > 0 {
                    let error = io::Error::other("this machine ran out of sockets");
                    return Err(Trouble::Failed(contestant, error));
                }
                done += 1;
                progress(format!("{done}/{total}  {place:?}, {contestant}: {}", shutdown.tally));
                outcome.row(*place, contestant).add(shutdown);
            }
        }
    }
    outcome.carried = networks.into_iter().find_map(|(_, network)| network.close());
    lacking.map_or(Ok(()), |lacking| Err(Trouble::Lacking(lacking)))
}

async fn open(place: Where, settings: &Settings) -> Result<Network, Trouble> {
    let Settings { family, delay, .. } = *settings;
    match place {
        Where::Loopback => Network::loopback(family).map_err(Trouble::Lacking),
        Where::Delayed => {
            let network = Network::delayed(family, delay).map_err(Trouble::Lacking)?;
            // Nobody listens there, so this takes one round trip.
            let target = network.listen();
            let began = now();
            let target = std::net::SocketAddr::new(target.ip(), 1);
            let _ = network.clients.run(move || Connection::open(target)).await;
            let took = began.elapsed();
            if took < 2 * delay { Err(Trouble::TooFast(took)) } else { Ok(network) }
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lacking(lacking) => lacking.fmt(f),
            Self::Failed(contestant, error) => {
                write!(f, "a shutdown of {contestant} could not be measured: {error}")
            }
            Self::TooFast(took) => {
                write!(f, "the wire is no wire: a round trip over it takes {took:?}")
            }
        }
    }
}

impl std::error::Error for Trouble {}

/// The moment of the signal in a round, the same for every server.
fn moment(settings: &Settings, round: usize) -> Moment {
    let mut random = crate::seed::random(settings.seed, round as u64);
    Moment { first: random.usize(2..=8), more: random.usize(0..=2 * settings.clients) }
}
