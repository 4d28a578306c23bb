use siphasher::sip::SipHasher13;

/// A part of a case with a stream of its own. One draw more or less for one concern changes no draw
/// for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Concern {
    /// The number of clients, the policy, and which kinds of client and fault are on.
    Plan,
    /// Latencies, buffers, holds and cuts.
    Net,
    /// The speed of the store, its stalls and its faults.
    Fault,
    /// The signals, and the startup.
    Signal,
    /// The balancer.
    Balancer,
    /// Where the world's wrappers yield, and the rare paths of the server.
    Yield,
    /// The client at a place.
    Client,
    /// The seed of everything that a case leaves open.
    Tail,
}

impl Concern {
    fn label(self) -> &'static [u8] {
        match self {
            Self::Plan => b"plan",
            Self::Net => b"net",
            Self::Fault => b"fault",
            Self::Signal => b"signal",
            Self::Balancer => b"balancer",
            Self::Yield => b"yield",
            Self::Client => b"client",
            Self::Tail => b"tail",
        }
    }
}

/// A stream of draws.
#[derive(Debug)]
pub(super) struct Stream(fastrand::Rng);

impl Stream {
    /// The `n`-th stream of a concern, for this seed of a case.
    pub(super) fn new(seed: u64, concern: Concern, n: u64) -> Self {
        let key = SipHasher13::new_with_keys(seed, n).hash(concern.label());
        Self(fastrand::Rng::with_seed(key))
    }

    /// The stream with this number as its seed.
    pub(super) fn of(number: u64) -> Self {
        Self(fastrand::Rng::with_seed(number))
    }

    /// A new stream, seeded by the next draw of this one.
    pub(super) fn fork(&mut self) -> Self {
        Self(self.0.fork())
    }

    pub(super) fn draw(&mut self) -> u64 {
        self.0.u64(..)
    }

    /// A number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: u64, high: u64) -> u64 {
        self.0.u64(low..=high.max(low))
    }

    /// A number from `low` to `high` with a uniform magnitude: 1 to 10 as often as 10 to 100.
    pub(super) fn magnitude(&mut self, low: u64, high: u64) -> u64 {
        let bits = |n: u64| u64::from(n.max(1).ilog2());
        let most = 1 << self.between(bits(low), bits(high));
        self.between(most, 2 * most - 1).clamp(low, high)
    }

    /// `true` with a probability of `of` in `all`.
    pub(super) fn chance(&mut self, of: u8, all: u8) -> bool {
        self.0.u8(..all) < of
    }

    pub(super) fn coin(&mut self) -> bool {
        self.0.bool()
    }

    /// One item of the slice, which must not be empty.
    pub(super) fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.0.usize(..of.len())]
    }
}

impl From<&mut fastrand::Rng> for Stream {
    fn from(rng: &mut fastrand::Rng) -> Self {
        Self(rng.fork())
    }
}
