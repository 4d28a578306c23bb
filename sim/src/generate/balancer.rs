use super::Family;
use super::stream::{Concern, Stream};
use super::swarm::{FaultKind, Swarm};
use crate::case::{Balancer, PolicySpec};

/// The balancer, and which of the clients are behind it: two of three.
pub(super) fn draw<'a>(
    seed: u64,
    family: Family,
    swarm: &Swarm,
    policy: &PolicySpec,
    clients: impl Iterator<Item = (u64, &'a str)>,
) -> Option<Balancer> {
    if !swarm.has(FaultKind::Balancer) || (family != Family::Balanced && policy.lame_duck_us == 0) {
        return None;
    }
    let stream = &mut Stream::new(seed, Concern::Balancer, 0);
    // It may notice well within the lame duck, in its last moment, or too late.
    let every_us = stream.magnitude(200, policy.lame_duck_us.max(1_000)).min(1_000_000);
    let lag_us = match stream.between(0, 3) {
        0 => 0,
        1 => policy.lame_duck_us.saturating_sub(every_us),
        _ => stream.magnitude(1, 2 * policy.lame_duck_us + 1_000),
    };
    let behind = |place| Stream::new(seed, Concern::Balancer, 1 + place).chance(2, 3);
    let clients = clients.filter(|(place, _)| behind(*place)).map(|(_, name)| name.to_owned());
    Some(Balancer { every_us, lag_us, clients: clients.collect() })
}
