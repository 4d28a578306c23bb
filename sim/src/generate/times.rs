use super::stream::Stream;
use crate::case::{Link, PolicySpec, StoreConditions};

/// The least time between two events that a case can say: one microsecond, the unit of plans,
/// conditions and histories. Two events closer than that are written at the same time.
pub(super) const QUANTUM_US: u64 = 1;

/// What the server and the store wait for ends with a tick of the runtime's timers: they count
/// whole milliseconds and round up. Clients act to the microsecond, so whoever is to meet such an
/// end must aim at the tick.
pub(super) const TICK_US: u64 = 1_000;

/// When a wait that would be over by then is over.
pub(super) fn tick(us: u64) -> u64 {
    us.next_multiple_of(TICK_US)
}

/// The moments that races happen around, and how times are drawn from them.
///
/// Two times that are drawn uniformly almost never race. So half of all times are a moment that
/// matters, and 0, one quantum, half a round trip or a round trip more.
#[derive(Debug, Default)]
pub(super) struct Times {
    anchors: Vec<u64>,
    /// Times that are not drawn from anchors lie between 0 and this.
    horizon: u64,
    /// Half of those lie before the signal: what is not there by then is hardly ever in flight.
    signal_us: u64,
    /// Whether it is handshakes that are to be done at those moments, and not only packets to come.
    handshakes: bool,
}

impl Times {
    /// Each phase's end, and requests that meet the signal. `scale_us`: for how long something may
    /// still happen after the seal.
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
        let horizon = sealed_us + scale_us;
        let anchors = Vec::with_capacity(24);
        let mut times = Self { anchors, horizon, signal_us, handshakes: false };
        times.anchor([signal_us, sealing_us, sealed_us]);
        times.anchor(
            [policy.idle_grace_us, policy.first_byte_grace_us].map(|us| tick(sealed_us + us)),
        );
        // In flight at the signal: the row is made, or the answer given, in that instant.
        let answer_us = store.work_us + store.acknowledge_us;
        times.anchor_request(signal_us.saturating_sub(store.work_us), store);
        times.anchor_request(signal_us.saturating_sub(answer_us), store);
        times
    }

    /// From now on half of what clients do is done such that a handshake is over at the moment.
    pub(super) fn meet_handshakes(&mut self) {
        self.handshakes = true;
    }

    /// When a request's last byte comes, when its row is made, and when its answer is due.
    pub(super) fn anchor_request(&mut self, arrival_us: u64, store: &StoreConditions) {
        let row_us = tick(arrival_us + store.work_us);
        self.anchor([arrival_us, row_us, tick(row_us + store.acknowledge_us)]);
    }

    /// The latest time that is drawn without an anchor.
    pub(super) fn horizon(&self) -> u64 {
        self.horizon
    }

    /// From now on times are drawn around these moments as well.
    pub(super) fn anchor(&mut self, moments: impl IntoIterator<Item = u64>) {
        self.anchors.extend(moments);
    }

    /// The time of something that happens to the server itself, or to the store.
    pub(super) fn draw(&self, stream: &mut Stream, link: Link) -> u64 {
        if self.anchors.is_empty() || stream.coin() {
            let until = if stream.coin() { self.signal_us } else { self.horizon };
            return stream.between(0, until);
        }
        let round_trip = link.to_server_us + link.to_client_us;
        let offset = stream.pick(&[0, QUANTUM_US, round_trip / 2, round_trip]);
        stream.pick(&self.anchors) + offset
    }

    /// The time of something that a client does. Of two that are drawn around a moment one is such
    /// that its packet is at the server by then.
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
