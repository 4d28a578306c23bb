//! Nondeterminism on demand, so that the audit is itself tested: a run with one of these on must
//! differ from its second run.
//!
//! Each is a place where determinism is commonly lost. The world calls the functions where they
//! change the order or the time of what is done; with no leak on, they change nothing and draw
//! nothing.

use std::cell::Cell;
use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

/// As long as a leaking clock makes something wait: what the runtime's timers can tell apart.
pub const QUANTUM: Duration = Duration::from_millis(1);

/// A planted leak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leak {
    /// [`shuffle`] gives the order of a `HashMap` with the standard library's random keys.
    Hashmap,
    /// [`delay`] looks at the clock of the operating system.
    Instant,
    /// [`seeds_tokio`] says no, and [`either`] takes an unbiased `select!` between two that are
    /// ready.
    Select,
}

thread_local! {
    static LEAK: Cell<Option<Leak>> = const { Cell::new(None) };
}

/// A leak that is on for this thread, until this is dropped.
#[must_use = "dropped, the leak is off"]
#[derive(Debug)]
pub struct Leaking(Option<Leak>);

/// Switches a leak on, or all off, for this thread.
pub fn begin(leak: Option<Leak>) -> Leaking {
    Leaking(LEAK.replace(leak))
}

impl Drop for Leaking {
    fn drop(&mut self) {
        LEAK.set(self.0);
    }
}

/// Puts things in another order each time, if [`Leak::Hashmap`] is on.
#[expect(clippy::disallowed_types, reason = "its random order is its purpose")]
pub fn shuffle<T>(things: &mut Vec<T>) {
    if LEAK.get() == Some(Leak::Hashmap) {
        let map: std::collections::HashMap<usize, T> = things.drain(..).enumerate().collect();
        things.extend(map.into_values());
    }
}

/// How long to wait where nothing should be waited for: one `quantum` or none, by the clock of the
/// operating system, if [`Leak::Instant`] is on.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "to look at the wrong clock is its purpose")]
pub fn delay(quantum: Duration) -> Duration {
    if LEAK.get() != Some(Leak::Instant) {
        return Duration::ZERO;
    }
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    // The parity of all bits: a clock may well count in steps of an even number of nanoseconds.
    quantum * (since.subsec_nanos().count_ones() & 1)
}

/// Whether the runtime is to be given a seed: not if [`Leak::Select`] is on.
#[must_use]
pub fn seeds_tokio() -> bool {
    LEAK.get() != Some(Leak::Select)
}

/// Gives way once, or not, as an unbiased `select!` between two that are ready decides, if
/// [`Leak::Select`] is on. Says whether it gave way.
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
    /// Every leak.
    pub const ALL: [Self; 3] = [Self::Hashmap, Self::Instant, Self::Select];

    /// Its name on the command line.
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

/// There is no leak of this name.
#[derive(Debug, thiserror::Error)]
#[error("no leak is called {0}: hashmap, instant and select are known")]
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

    /// What a world might do, with all three in it, on a runtime that is seeded as it is told.
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
    fn without_a_leak_every_run_is_the_same() {
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
    fn leaks_are_called_by_their_names() {
        for leak in Leak::ALL {
            assert_eq!(leak.to_string().parse::<Leak>().expect("it is known"), leak);
        }
        assert!("clock".parse::<Leak>().is_err());
    }
}
