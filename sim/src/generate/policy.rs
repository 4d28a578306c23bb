use lastorders::Policy;

use super::Family;
use super::net::Latencies;
use super::stream::Stream;
use super::swarm::{FaultKind, Swarm};
use crate::case::{PolicySpec, Sealing};

/// How a policy's deadline and release come about.
#[derive(Debug)]
pub(super) struct Frame {
    /// The policy; its deadline is set once it is known what must end before it.
    pub(super) policy: PolicySpec,
    /// What times are drawn in the order of.
    pub(super) scale_us: u64,
    /// From the end of the lame duck to a deadline that may find work left.
    pub(super) tight_us: u64,
    /// From the end of all work to a deadline that finds none.
    pub(super) slack_us: u64,
}

/// Mostly short ones, so that races are dense; sometimes what Docker and Kubernetes allow.
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
    // A long slack shows who waits for the deadline without need, a short one who is cut too soon.
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
    // Patient: longer than any packet is under way, or than any round trip. Else whatever comes.
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
