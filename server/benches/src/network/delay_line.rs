use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// The most packets under way. Further packets are dropped, as on a real wire.
const CAPACITY: usize = 65_536;

/// The packets under way in one direction. Each takes the same time, so they arrive in order.
#[derive(Debug)]
pub(super) struct DelayLine {
    delay: Duration,
    packets: VecDeque<(Instant, Vec<u8>)>,
}

impl DelayLine {
    pub(super) fn new(delay: Duration) -> Self {
        Self { delay, packets: VecDeque::new() }
    }

    /// Adds a packet that enters at `now`. Returns whether there was room for it.
    pub(super) fn push(&mut self, now: Instant, packet: Vec<u8>) -> bool {
        let room = self.packets.len() < CAPACITY;
        if room {
            self.packets.push_back((now + self.delay, packet));
        }
        room
    }

    /// The next packet that has arrived by `now`, and when it was due.
    pub(super) fn pop(&mut self, now: Instant) -> Option<(Instant, Vec<u8>)> {
        self.packets.pop_front_if(|(due, _)| *due <= now)
    }

    /// When the next packet is due.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.packets.front().map(|(due, _)| *due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::now;

    #[test]
    fn packets_arrive_in_order_and_after_the_delay() {
        let (origin, ms) = (now(), Duration::from_millis);
        let mut line = DelayLine::new(ms(5));
        assert_eq!(line.next_due(), None);
        assert!(line.push(origin, vec![1]));
        assert!(line.push(origin + ms(2), vec![2]));
        assert_eq!(line.pop(origin + ms(4)), None);
        assert_eq!(line.next_due(), Some(origin + ms(5)));
        assert_eq!(line.pop(origin + ms(5)), Some((origin + ms(5), vec![1])));
        assert_eq!(line.pop(origin + ms(5)), None);
        assert_eq!(line.pop(origin + ms(9)), Some((origin + ms(7), vec![2])));
        assert_eq!(line.next_due(), None);
    }

    #[test]
    fn full_delay_line_drops_packets() {
        let mut line = DelayLine::new(Duration::ZERO);
        let origin = now();
        assert!((0..CAPACITY).all(|_| line.push(origin, Vec::new())));
        assert!(!line.push(origin, Vec::new()));
    }
}
