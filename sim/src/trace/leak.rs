//! Nondeterminism on demand, which tests the audit: with one of these leaks, two runs of a case
//! must differ.
//!
//! Each leak is a common way to lose determinism. The world calls these functions where they change
//! the order or the time of its work. Without a leak the functions change nothing and draw nothing.

use std::cell::Cell;
use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

/// The delay of a leaking clock: the resolution of the runtime's timers.
pub const QUANTUM: Duration = Duration::from_millis(1);

/// A source of nondeterminism.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leak {
    /// [`shuffle`] gives the order of a `HashMap` with the standard library's random keys.
    Hashmap,
    /// [`delay`] reads the clock of the operating system.
    Instant,
    /// [`seeds_tokio`] returns `false`, and [`either`] uses an unbiased `select!` between two ready
    /// futures.
    Select,
}

thread_local! {
    static LEAK: Cell<Option<Leak>> = const { Cell::new(None) };
}

/// A leak of this thread, until this guard is dropped.
#[must_use = "dropping it switches the leak off"]
#[derive(Debug)]
pub struct Leaking(Option<Leak>);

/// Switches this leak on for this thread, or all leaks off.
pub fn begin(leak: Option<Leak>) -> Leaking {
    Leaking(LEAK.replace(leak))
}

impl Drop for Leaking {
    fn drop(&mut self) {
        LEAK.set(self.0);
    }
}

/// Shuffles the items at each call, if [`Leak::Hashmap`] is on.
#[expect(clippy::disallowed_types, reason = "its random order is its purpose")]
pub fn shuffle<T>(things: &mut Vec<T>) {
    if LEAK.get() == Some(Leak::Hashmap) {
        let map: std::collections::HashMap<usize, T> = things.drain(..).enumerate().collect();
        things.extend(map.into_values());
    }
}

/// An additional delay: nothing, or one `quantum` if [`Leak::Instant`] is on and the clock of the
/// operating system says so.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "reading the wrong clock is its purpose")]
pub fn delay(quantum: Duration) -> Duration {
    if LEAK.get() != Some(Leak::Instant) {
        return Duration::ZERO;
    }
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    // Parity of all bits, because a clock may count in even numbers of nanoseconds.
    quantum * (since.subsec_nanos().count_ones() & 1)
}

/// Whether the runtime gets a seed: not if [`Leak::Select`] is on.
#[must_use]
pub fn seeds_tokio() -> bool {
    LEAK.get() != Some(Leak::Select)
}

/// Yields once or not, by an unbiased `select!` between two ready futures, if [`Leak::Select`] is
/// on. Returns whether it yielded.
pub async fn either() -> bool {
    if LEAK.get() != Some(Leak::Select) {
        return false;
    }
    tokio::select! {
        () = std::future::ready(()) => false,
        () = std::future::ready(()) => {
            tokio::task::yield_now().await;
            true
        }
    }
}

impl Leak {
    /// All leaks.
    pub const ALL: [Self; 3] = [Self::Hashmap, Self::Instant, Self::Select];

    /// The name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Hashmap => "hashmap",
            Self::Instant => "instant",
            Self::Select => "select",
        }
    }
}

impl fmt::Display for Leak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The name belongs to no leak.
#[derive(Debug, thiserror::Error)]
#[error("no leak is called {0}; there are: hashmap instant select")]
pub struct UnknownLeak(String);

impl FromStr for Leak {
    type Err = UnknownLeak;

    fn from_str(name: &str) -> Result<Self, UnknownLeak> {
        let found = Self::ALL.into_iter().find(|leak| leak.name() == name);
        found.ok_or_else(|| UnknownLeak(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use tokio::runtime::{Builder, RngSeed};

    use super::*;
    use crate::trace::audit::{AuditError, twice};
    use crate::trace::recorder::recorded;
    use crate::trace::{Kind, Trace, record};

    /// A world with all three leaks, on a runtime with the seed that the leak allows.
    fn run(seed: u64) -> Trace {
        let mut builder = Builder::new_current_thread();
        if seeds_tokio() {
            builder.rng_seed(RngSeed::from_bytes(&seed.to_le_bytes()));
        }
        let runtime = builder.build().expect("a runtime without drivers needs nothing");
        recorded(|| {
            runtime.block_on(async {
                let mut order: Vec<u64> = (0..4).collect();
                shuffle(&mut order);
                for n in order {
                    let waited = delay(Duration::from_nanos(1)).as_nanos() as u64;
                    record(0, Kind::Mark, 0, n, waited);
                    record(0, Kind::Mark, 0, n, u64::from(either().await));
                }
            });
        })
    }

    #[test]
    fn the_audit_catches_every_leak_within_100_seeds() {
        for leak in Leak::ALL {
            let _leaking = begin(Some(leak));
            let caught =
                (0..100).find(|seed| matches!(twice(|| run(*seed)), Err(AuditError::Differs(_))));
            assert!(caught.is_some(), "{leak} was not caught");
        }
    }

    #[test]
    fn runs_without_a_leak_are_equal() {
        for seed in 0..100 {
            twice(|| run(seed)).expect("nothing leaks");
        }
        let hashes: BTreeSet<u64> = (0..100).map(|seed| run(seed).hash).collect();
        assert_eq!(hashes.len(), 1, "nothing is drawn");
    }

    #[test]
    fn a_leak_is_on_until_its_guard_is_dropped() {
        let outer = begin(Some(Leak::Select));
        drop(begin(Some(Leak::Hashmap)));
        assert!(!seeds_tokio());
        drop(outer);
        assert!(seeds_tokio());
    }

    #[test]
    fn leaks_parse_from_their_names() {
        for leak in Leak::ALL {
            assert_eq!(leak.to_string().parse::<Leak>().expect("it is known"), leak);
        }
        assert!("clock".parse::<Leak>().is_err());
    }
}
