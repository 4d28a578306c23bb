use std::fmt;
use std::io;

use super::outcome::Outcome;
use super::seal_variant::SealVariant;
use super::settings::{NetworkKind, Settings};
use super::shutdown::shut_down;
use crate::clock::now;
use crate::load::Connection;
use crate::load::TriggerPoint;
use crate::network::{Network, Unavailable};

/// Why there is no result, or only an incomplete one.
#[derive(Debug)]
pub enum MeasureError {
    /// The environment lacks a requirement of the measurement.
    Unavailable(Unavailable),
    /// A shutdown could not be measured. This says nothing about the server.
    Failed(SealVariant, io::Error),
    /// The wire is faster than configured, so the measurement would be worthless.
    TooFast(std::time::Duration),
}

/// Measures everything that the settings name, and adds each shutdown to `outcome` at once. Calls
/// `progress` for each shutdown. If one network is unavailable, the other one is still measured.
///
/// # Errors
///
/// When a network cannot be created, or the measurement itself fails.
pub async fn measure(
    settings: &Settings,
    outcome: &mut Outcome,
    mut progress: impl FnMut(String),
) -> Result<(), MeasureError> {
    let mut networks = Vec::new();
    let mut unavailable = None;
    for network_kind in &settings.networks {
        match open(*network_kind, settings).await {
            Ok(network) => networks.push((*network_kind, network)),
            Err(MeasureError::Unavailable(what)) => {
                progress(format!("NOT MEASURED: {network_kind:?}: {what}"));
                unavailable = Some(what);
            }
            Err(error @ (MeasureError::Failed(..) | MeasureError::TooFast(_))) => {
                return Err(error);
            }
        }
    }
    let total = settings.shutdowns * networks.len() * settings.variants.len();
    let mut done = 0;
    for round in 0..settings.shutdowns {
        let trigger_point = trigger_point(settings, round);
        for (network_kind, network) in &networks {
            // Each round begins with another server.
            let mut variants = settings.variants.clone();
            variants.rotate_left(round % settings.variants.len().max(1));
            for variant in variants {
                let shutdown = shut_down(variant, network, settings, trigger_point).await;
                let shutdown = shutdown.map_err(|error| MeasureError::Failed(variant, error))?;
                if shutdown.tally.failed > 0 {
                    let error = io::Error::other("this machine ran out of sockets");
                    return Err(MeasureError::Failed(variant, error));
                }
                done += 1;
                progress(format!(
                    "{done}/{total}  {network_kind:?}, {variant}: {}",
                    shutdown.tally
                ));
                outcome.row(*network_kind, variant).add(shutdown);
            }
        }
    }
    outcome.carried = networks.into_iter().find_map(|(_, network)| network.close());
    unavailable.map_or(Ok(()), |unavailable| Err(MeasureError::Unavailable(unavailable)))
}

async fn open(network_kind: NetworkKind, settings: &Settings) -> Result<Network, MeasureError> {
    let Settings { family, delay, .. } = *settings;
    match network_kind {
        NetworkKind::Loopback => Network::loopback(family).map_err(MeasureError::Unavailable),
        NetworkKind::Delayed => {
            let network = Network::delayed(family, delay).map_err(MeasureError::Unavailable)?;
            // No server listens at this port, so the connect takes one round trip.
            let target = network.listen();
            let began = now();
            let target = std::net::SocketAddr::new(target.ip(), 1);
            let _ = network.clients.run(move || Connection::open(target)).await;
            let took = began.elapsed();
            if took < 2 * delay { Err(MeasureError::TooFast(took)) } else { Ok(network) }
        }
    }
}

impl fmt::Display for MeasureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unavailable(unavailable) => unavailable.fmt(f),
            Self::Failed(variant, error) => {
                write!(f, "cannot measure a shutdown of {variant}: {error}")
            }
            Self::TooFast(took) => {
                write!(f, "the wire is too fast: a round trip takes {took:?}; check the forwarder")
            }
        }
    }
}

impl std::error::Error for MeasureError {}

/// The moment of the signal in a round. It is the same for every server.
fn trigger_point(settings: &Settings, round: usize) -> TriggerPoint {
    let mut random = crate::load::random(settings.seed, round as u64);
    TriggerPoint { first: random.usize(2..=8), more: random.usize(0..=2 * settings.clients) }
}
