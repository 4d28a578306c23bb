use super::stream::Stream;
use crate::case::{Link, PolicySpec, StoreConditions};

/// The least time between two events of a case: one microsecond, the unit of plans, conditions and
/// histories. Two events closer than that are written at the same time.
pub(super) const QUANTUM_US: u64 = 1;

/// A wait of the server or of the store ends at a tick of the runtime's timers, which count whole
/// milliseconds and round up. A client acts to the microsecond, so to meet the end of such a wait a
/// client must aim at the tick.
pub(super) const TICK_US: u64 = 1_000;

/// The tick at which a wait ends that is due at this time.
pub(super) fn tick(us: u64) -> u64 {
    us.next_multiple_of(TICK_US)
}

/// The moments that races happen around, called anchors, and how times are drawn from them.
///
/// Two times that are drawn uniformly almost never race. So half of all times are an anchor plus 0,
/// one quantum, half a round trip or a round trip.
///
/// The anchors are collected first: each `with_` method takes the value and returns it. A draw only
/// borrows the value, so no anchor can join between two draws from the same value.
#[derive(Debug)]
pub(super) struct Times {
    anchors: Vec<u64>,
    /// Times without an anchor lie between 0 and this.
    horizon_us: u64,
    /// Half of the times without an anchor lie before the signal: a request that comes later is
    /// rarely in flight at the signal.
    signal_us: u64,
    /// Whether clients aim at an anchor with the end of a handshake too, and not only with the
    /// arrival of a packet.
    handshakes: bool,
}

impl Times {
    /// Anchors at the end of each phase, and at requests that meet the signal. `scale_us`: how long
    /// after the seal times without an anchor may be.
    pub(super) fn of_a_drain(
        policy: &PolicySpec,
        store: &StoreConditions,
        signal_us: u64,
        scale_us: u64,
    ) -> Self {
        let sealing_us = match policy.lame_duck_us {
            0 => signal_us,
            lame_duck_us => tick(signal_us + lame_duck_us),
        };
        let sealed_us = tick(sealing_us + policy.handshake_grace_us);
        let horizon_us = sealed_us + scale_us;
        let graces = [policy.idle_grace_us, policy.first_byte_grace_us];
        // The signal comes in the instant in which the row is made, or the answer given.
        let answer_us = store.work_us + store.acknowledge_us;
        let anchors = Vec::with_capacity(24);
        Self { anchors, horizon_us, signal_us, handshakes: false }
            .with_anchors([signal_us, sealing_us, sealed_us])
            .with_anchors(graces.map(|us| tick(sealed_us + us)))
            .with_request(signal_us.saturating_sub(store.work_us), store)
            .with_request(signal_us.saturating_sub(answer_us), store)
    }

    /// Adds these moments.
    pub(super) fn with_anchors(mut self, moments: impl IntoIterator<Item = u64>) -> Self {
        self.anchors.extend(moments);
        self
    }

    /// Adds three moments of a request: its last byte arrives, its row is made, its answer is due.
    pub(super) fn with_request(self, arrival_us: u64, store: &StoreConditions) -> Self {
        let row_us = tick(arrival_us + store.work_us);
        self.with_anchors([arrival_us, row_us, tick(row_us + store.acknowledge_us)])
    }

    /// Makes half of what clients do end a handshake at its moment.
    pub(super) fn with_handshakes(self) -> Self {
        Self { handshakes: true, ..self }
    }

    /// The latest time that is drawn without an anchor.
    pub(super) fn horizon_us(&self) -> u64 {
        self.horizon_us
    }

    /// The time of an event at the server itself, or at the store.
    pub(super) fn draw(&self, stream: &mut Stream, link: Link) -> u64 {
        if self.anchors.is_empty() || stream.coin() {
            let until = if stream.coin() { self.signal_us } else { self.horizon_us };
            return stream.between(0, until);
        }
        let round_trip = link.to_server_us + link.to_client_us;
        let offset = stream.pick(&[0, QUANTUM_US, round_trip / 2, round_trip]);
        stream.pick(&self.anchors) + offset
    }

    /// The time of a client's action. One time in two is early enough that the client's packet
    /// arrives at the drawn moment.
    pub(super) fn draw_client(&self, stream: &mut Stream, link: Link) -> u64 {
        let at = self.draw(stream, link);
        let shaken_us = 2 * link.to_server_us + link.to_client_us;
        let ahead_us = match (self.handshakes && stream.coin(), stream.coin()) {
            (true, _) => shaken_us,
            (false, true) => link.to_server_us,
            (false, false) => 0,
        };
        at.saturating_sub(ahead_us)
    }
}
