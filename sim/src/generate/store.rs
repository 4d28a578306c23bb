use lastorders_model::plan::{Actor, Fault, Gate, LetGo, Role, Step, StoreStep};

use super::stream::{Concern, Stream};
use super::swarm::{FaultKind, Swarm};
use super::times::Times;
use crate::case::{Link, Outage, OutageKind, Stall, StoreConditions};

/// The link to the store, which is next to the server.
const NEAR: Link = Link { to_server_us: 0, to_client_us: 0 };

/// The longest time of a stall, an outage or a closed gate.
const LONGEST_STALL_US: u64 = 2_000_000;

/// How fast the store is. Its faults are drawn later, around the moments of the shutdown.
pub(super) fn speed(seed: u64) -> StoreConditions {
    let stream = &mut Stream::new(seed, Concern::Fault, 0);
    StoreConditions {
        work_us: stream.magnitude(50, 10_000),
        acknowledge_us: stream.magnitude(50, 10_000),
        jitter_us: if stream.coin() { 0 } else { stream.magnitude(1, 2_000) },
        pool: u32::try_from(stream.pick(&[1, 2, 10_u64])).unwrap_or(1),
        close_us: if stream.coin() { 0 } else { stream.magnitude(1, 5_000) },
        ..StoreConditions::default()
    }
}

/// The times in which the store stands still.
pub(super) fn stalls(seed: u64, swarm: &Swarm, times: &Times) -> Vec<Stall> {
    if !swarm.has(FaultKind::Stalls) {
        return Vec::new();
    }
    let stream = &mut Stream::new(seed, Concern::Fault, 1);
    let count = stream.between(1, 2);
    let stall = |_| {
        let from_us = times.draw(stream, NEAR);
        Stall { from_us, until_us: end_us(stream, times, from_us) }
    };
    (0..count).map(stall).collect()
}

/// The break of the store: an actor that breaks the store for good, or an entry in `outages`.
pub(super) fn breaks(
    seed: u64,
    swarm: &Swarm,
    times: &Times,
    outages: &mut Vec<Outage>,
) -> Option<Actor> {
    if !swarm.has(FaultKind::StoreBreaks) {
        return None;
    }
    let stream = &mut Stream::new(seed, Concern::Fault, 2);
    let from_us = times.draw(stream, NEAR);
    let fault = stream.pick(&[Fault::Reset, Fault::BlackHole, Fault::Refuse]);
    let kind = match fault {
        // A reset of the sessions has no duration.
        Fault::Reset => None,
        Fault::BlackHole => Some(OutageKind::BlackHole),
        Fault::Refuse => Some(OutageKind::Refuse),
    };
    if let Some(kind) = kind.filter(|_| stream.coin()) {
        let until_us = end_us(stream, times, from_us);
        outages.push(Outage { from_us, until_us, kind });
        return None;
    }
    let steps = vec![Step::At { us: from_us }, Step::Own(StoreStep::Fault { fault })];
    Some(Actor { name: "store".to_owned(), role: Role::Store { steps } })
}

/// An actor that closes a gate in the store and opens the gate again, in one seed of three that may
/// have a gate. Where work may be left at the deadline, one gate in two stays closed.
pub(super) fn gate(seed: u64, swarm: &Swarm, times: &Times) -> Option<StoreControl> {
    let stream = &mut Stream::new(seed, Concern::Fault, 3);
    if !swarm.has(FaultKind::Gates) || !stream.chance(1, 3) {
        return None;
    }
    let closed_us = times.draw(stream, NEAR);
    let gate = stream.pick(&[Gate::Row, Gate::Acknowledgement]);
    let mut moments = [end_us(stream, times, closed_us), end_us(stream, times, closed_us)];
    moments.sort_unstable();
    let mut steps = vec![Step::At { us: closed_us }, Step::Own(StoreStep::Hold { gate })];
    let mut opens = |us, what| {
        steps.extend([Step::At { us }, Step::Own(StoreStep::LetGo { what })]);
    };
    // The gate of rows lets all statements through, or none.
    if gate == Gate::Acknowledgement && stream.coin() {
        opens(moments[0], LetGo::One);
    }
    let never = swarm.has(FaultKind::Deadline) && stream.coin();
    if !never {
        opens(moments[1], LetGo::All);
    }
    let actor = Actor { name: "gate".to_owned(), role: Role::Store { steps } };
    Some(StoreControl { actor, opened_us: (!never).then_some(moments[1]) })
}

/// The end of a fault that begins at `from_us`: around an anchor, or any time, but at most
/// [`LONGEST_STALL_US`] later.
fn end_us(stream: &mut Stream, times: &Times, from_us: u64) -> u64 {
    let until_us = if stream.coin() {
        times.draw(stream, NEAR)
    } else {
        from_us + stream.magnitude(100, LONGEST_STALL_US)
    };
    until_us.clamp(from_us + 1, from_us + LONGEST_STALL_US)
}

/// The actor that closes a gate in the store.
#[derive(Debug)]
pub(super) struct StoreControl {
    pub(super) actor: Actor,
    /// When the gate is open again, in microseconds since the server was ready.
    pub(super) opened_us: Option<u64>,
}
