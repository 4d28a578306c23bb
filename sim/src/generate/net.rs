use super::Family;
use super::script::PATIENCE_US;
use super::stream::{Concern, Stream};
use super::swarm::{FaultKind, Swarm};
use super::times::Times;
use crate::case::{Balancer, Link, LinkChange, LinkEvent, Network, PolicySpec};

/// The latencies of a seed, from which its network and the events on its links are drawn.
#[derive(Debug)]
pub(super) struct Latencies {
    seed: u64,
    /// One way of a link without a latency of its own. No link is more than twice as slow.
    base_us: u64,
    /// The link of all clients without one of their own.
    pub(super) link: Link,
}

impl Latencies {
    /// From 20 microseconds, a rack, to 20 milliseconds, a continent.
    pub(super) fn draw(seed: u64) -> Self {
        let stream = &mut Stream::new(seed, Concern::Net, 0);
        let base_us = stream.magnitude(20, 20_000);
        let to_client_us =
            if stream.coin() { base_us } else { stream.between(base_us / 2, 2 * base_us) };
        Self { seed, base_us, link: Link { to_server_us: base_us, to_client_us } }
    }

    /// The longest time of any packet, one way.
    pub(super) fn most_us(&self) -> u64 {
        2 * self.base_us
    }

    /// The link of the client at a place, if that client has one of its own.
    pub(super) fn own(&self, place: u64) -> Option<Link> {
        let stream = &mut Stream::new(self.seed, Concern::Net, 1 + place);
        let mut way = || stream.between(0, 2 * self.base_us);
        let link = Link { to_server_us: way(), to_client_us: way() };
        stream.coin().then_some(link)
    }

    /// Adds the events on the link of the client at a place: at most one hold, which ends within
    /// [`PATIENCE_US`], or a permanent cut.
    pub(super) fn events(
        &self,
        place: u64,
        actor: &str,
        link: Link,
        swarm: &Swarm,
        times: &Times,
        to: &mut Vec<LinkEvent>,
    ) {
        let stream = &mut Stream::new(self.seed, Concern::Net, 101 + place);
        let mut event = |at_us, change| {
            to.push(LinkEvent { at_us, actor: actor.to_owned(), change });
        };
        let at = times.draw(stream, link);
        let (held, cut) = (stream.chance(1, 3), stream.chance(1, 4));
        if held && swarm.has(FaultKind::Holds) {
            let long = if stream.coin() {
                // The hold ends at an anchor.
                times.draw(stream, link).saturating_sub(at)
            } else {
                stream.magnitude(1, PATIENCE_US)
            };
            event(at, LinkChange::Hold);
            event(at + long.clamp(1, PATIENCE_US), LinkChange::Heal);
        } else if cut && swarm.has(FaultKind::Cuts) {
            event(at, LinkChange::Cut);
        }
    }

    /// The accept queue and the buffers, without links.
    pub(super) fn network(&self, swarm: &Swarm) -> Network {
        let stream = &mut Stream::new(self.seed, Concern::Net, 100);
        let mut network = Network { link: self.link, ..Network::default() };
        if swarm.has(FaultKind::Small) {
            if stream.coin() {
                network.backlog = stream.pick(&[1, 2, 4, 16]);
            }
            if stream.coin() {
                network.buffer = stream.pick(&[4 << 10, 16 << 10]);
            }
        }
        network
    }
}

/// The balancer. Each client is behind it with a probability of two in three.
pub(super) fn balancer<'a>(
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
    // The balancer notices at once, in the last moment of the lame duck, or at any time, perhaps
    // too late.
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
