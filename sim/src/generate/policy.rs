use lastorders::Policy;

use super::Family;
use super::net::Latencies;
use super::stream::Stream;
use super::swarm::{FaultKind, Swarm};
use crate::case::{PolicySpec, Sealing};

/// A policy, and the times from which the generator sets its deadline.
#[derive(Debug)]
pub(super) struct Frame {
    /// The policy. The generator sets its deadline later, when it knows how long the work lasts.
    pub(super) policy: PolicySpec,
    /// The magnitude of the times of the policy and after the seal.
    pub(super) scale_us: u64,
    /// From the end of the lame duck to a deadline that may find work left.
    pub(super) tight_us: u64,
    /// From the end of all work to a deadline that finds none.
    pub(super) slack_us: u64,
}

/// Draws a policy: short in eight cases of ten, which makes races dense, otherwise the preset for
/// Docker or Kubernetes.
pub(super) fn draw(
    family: Family,
    latencies: &Latencies,
    swarm: &Swarm,
    stream: &mut Stream,
) -> Frame {
    let scale_us = stream.magnitude(1_000, 200_000);
    let mut policy = match stream.between(0, 9) {
        0 => Policy::kubernetes().into(),
        1 => Policy::docker().into(),
        _ => short(scale_us, latencies, stream),
    };
    if family == Family::Balanced && policy.lame_duck_us == 0 {
        policy.lame_duck_us = stream.magnitude(500, scale_us);
    }
    policy.refuse = stream.chance(1, 3);
    policy.forced_exit_code = if stream.chance(1, 4) { 3 } else { 0 };
    if stream.chance(1, 6) {
        policy.sealing = Sealing::AcceptUntilEmpty;
    }
    if swarm.has(FaultKind::SlowRelease) {
        policy.release_us = stream.magnitude(1, 5_000);
    }
    // A long slack shows a server that waits for the deadline without need. A short slack shows a
    // server that cuts too early.
    let slack_us = if stream.chance(3, 4) {
        stream.magnitude(500_000, 8_000_000)
    } else {
        stream.magnitude(1, 10_000)
    };
    Frame { policy, scale_us, tight_us: stream.magnitude(1, scale_us), slack_us }
}

fn short(scale_us: u64, latencies: &Latencies, stream: &mut Stream) -> PolicySpec {
    let most = latencies.most_us();
    let patient = stream.chance(3, 4);
    // A patient grace is longer than any packet, or any round trip, is under way.
    let mut grace = |packets: u64| {
        let some = stream.magnitude(1, scale_us);
        if patient {
            packets * most + stream.pick(&[1, most / 2, most, some])
        } else {
            stream.pick(&[0, 1, most / 2, most, some])
        }
    };
    let (handshake, idle, first, linger) = (grace(1), grace(1), grace(1), grace(2));
    PolicySpec {
        lame_duck_us: if stream.chance(1, 3) { 0 } else { stream.magnitude(200, scale_us) },
        handshake_grace_us: handshake,
        idle_grace_us: idle,
        first_byte_grace_us: first,
        linger_us: linger,
        release_us: stream.magnitude(20_000, 1_000_000),
        ..PolicySpec::default()
    }
}
