use super::script::PATIENCE_US;
use super::stream::{Concern, Stream};
use super::swarm::{FaultKind, Swarm};
use super::times::Times;
use crate::case::{Link, LinkChange, LinkEvent, Network};

/// The network before anything happens to it: latencies, and how much fits in.
#[derive(Debug)]
pub(super) struct Latencies {
    seed: u64,
    /// Of links that are not named. No link is more than twice as slow.
    base_us: u64,
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

    /// No packet takes longer one way.
    pub(super) fn most_us(&self) -> u64 {
        2 * self.base_us
    }

    /// The link of the client of one place, if it has one of its own.
    pub(super) fn own(&self, place: u64) -> Option<Link> {
        let stream = &mut Stream::new(self.seed, Concern::Net, 1 + place);
        let mut way = || stream.between(0, 2 * self.base_us);
        let link = Link { to_server_us: way(), to_client_us: way() };
        stream.coin().then_some(link)
    }

    /// What happens to the link of the client of one place: at most one hold, which ends soon, or
    /// a cut for good.
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
                // Until something else happens.
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
