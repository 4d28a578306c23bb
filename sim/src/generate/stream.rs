use siphasher::sip::SipHasher13;

/// What is drawn from a stream of its own, so that an event more or less of one concern shifts
/// nothing of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Concern {
    /// The shape of the case, its policy, and which kinds are on.
    Plan,
    /// Latencies, buffers, holds and cuts.
    Net,
    /// How fast the store is, its stalls and its faults.
    Fault,
    /// Signals.
    Signal,
    /// The balancer.
    Balancer,
    /// Where the world's wrappers give way.
    Yield,
    /// The client of one place.
    Client,
    /// The seed of all that a case leaves open.
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
    /// The `n`-th stream of a concern, under a seed.
    pub(super) fn new(seed: u64, concern: Concern, n: u64) -> Self {
        let key = SipHasher13::new_with_keys(seed, n).hash(concern.label());
        Self(fastrand::Rng::with_seed(key))
    }

    /// The stream that begins with this number.
    pub(super) fn of(number: u64) -> Self {
        Self(fastrand::Rng::with_seed(number))
    }

    /// A stream that begins anew from this one's next draw.
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

    /// A number from `low` to `high` whose magnitude is uniform: as often 1 to 10 as 10 to 100.
    pub(super) fn magnitude(&mut self, low: u64, high: u64) -> u64 {
        let bits = |n: u64| u64::from(n.max(1).ilog2());
        let most = 1 << self.between(bits(low), bits(high));
        self.between(most, 2 * most - 1).clamp(low, high)
    }

    /// `true` in `of` out of `all` draws.
    pub(super) fn chance(&mut self, of: u8, all: u8) -> bool {
        self.0.u8(..all) < of
    }

    pub(super) fn coin(&mut self) -> bool {
        self.0.bool()
    }

    /// One of these, which must not be empty.
    pub(super) fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.0.usize(..of.len())]
    }
}

impl From<&mut fastrand::Rng> for Stream {
    fn from(rng: &mut fastrand::Rng) -> Self {
        Self(rng.fork())
    }
}
