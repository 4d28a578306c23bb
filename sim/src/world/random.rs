use std::sync::{Arc, Mutex, PoisonError};

use fastrand::Rng;
use siphasher::sip::SipHasher13;

use crate::case::Conditions;
use crate::trace::{self, Stream};

/// The numbers that a case leaves open. Each concern has its own stream, so that fewer draws from
/// one stream do not shift the others.
#[derive(Debug)]
pub(crate) struct Random {
    net: Mutex<Rng>,
    yields: Mutex<Rng>,
    /// Apart from the others, so that more accepts do not change where reads yield.
    accepts: Mutex<Rng>,
    /// Apart from both, for the same reason.
    stores: Mutex<Rng>,
    /// Whether the server takes a rare path.
    #[cfg(lastorders_sim)]
    buggify: Mutex<Rng>,
}

impl Random {
    pub(crate) fn new(tail_seed: u64) -> Self {
        let stream = |seed, stream| Mutex::new(Rng::with_seed(seed_of(seed, stream)));
        Self {
            net: stream(tail_seed, Stream::Net),
            yields: stream(tail_seed, Stream::Yield),
            accepts: stream(!tail_seed, Stream::Yield),
            stores: stream(tail_seed.rotate_left(32) ^ 1, Stream::Yield),
            #[cfg(lastorders_sim)]
            buggify: stream(!tail_seed.rotate_left(32), Stream::Yield),
        }
    }

    /// A latency below the bound.
    pub(crate) fn latency(&self, below: u64) -> u64 {
        trace::drew(Stream::Net, 1);
        self.net.lock().unwrap_or_else(PoisonError::into_inner).u64(0..below.max(1))
    }

    /// Whether a connection yields here, which happens `often` times in 256.
    pub(crate) fn io_yields(&self, often: u8) -> bool {
        often > 0 && drawn(&self.yields) < often
    }

    /// Whether the accepting task yields here, which happens `often` times in 256.
    pub(crate) fn accept_yields(&self, often: u8) -> bool {
        often > 0 && drawn(&self.accepts) < often
    }

    /// Whether a statement yields here, which happens `often` times in 256.
    pub(crate) fn store_yields(&self, often: u8) -> bool {
        often > 0 && drawn(&self.stores) < often
    }

    /// Whether the server takes a rare path that is on: one time in four.
    #[cfg(lastorders_sim)]
    pub(crate) fn takes_rare_path(&self) -> bool {
        drawn(&self.buggify) < 64
    }
}

fn drawn(from: &Mutex<Rng>) -> u8 {
    trace::drew(Stream::Yield, 1);
    from.lock().unwrap_or_else(PoisonError::into_inner).u8(..)
}

/// The seed of one stream.
pub(crate) fn seed_of(tail_seed: u64, stream: Stream) -> u64 {
    SipHasher13::new_with_keys(tail_seed, 0).hash(stream.name().as_bytes())
}

/// Lets the server of this thread take a case's rare paths until this guard is dropped. In a build
/// without `--cfg lastorders_sim` the guard does nothing, because the server has no rare paths.
pub(super) struct Buggified {
    #[cfg(lastorders_sim)]
    _guard: lastorders::buggify::Guard,
}

impl Buggified {
    #[cfg(lastorders_sim)]
    pub(super) fn new(conditions: &Conditions, random: &Arc<Random>) -> Self {
        let sites = conditions.buggify.iter().map(|site| site.in_server());
        let random = Arc::clone(random);
        let decide = move |_| random.takes_rare_path();
        Self { _guard: lastorders::buggify::on_this_thread(sites, decide) }
    }

    #[cfg(not(lastorders_sim))]
    pub(super) fn new(_: &Conditions, _: &Arc<Random>) -> Self {
        Self {}
    }
}
