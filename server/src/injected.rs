//! Injected bugs: known faults of the shutdown, so that a judge can prove that it finds them.
//!
//! This module is in a build with `--cfg lastorders_sim` only. The cfg is a flag of rustc and no
//! cargo feature, because cargo unifies features across a workspace. The binary of every other
//! build holds neither the names of the bugs nor the name of the variable that selects one.
//!
//! The code of the bugs is in the private module `hooks`.

use std::cell::Cell;
use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;

/// A bug of the shutdown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InjectedBug {
    /// Every shutdown reports a panic that did not happen, by exit code 70. A judge that misses
    /// this bug judges nothing.
    Canary,
    /// Readiness goes off after the listener is closed, instead of before.
    ReadinessAfterSeal,
    /// The listener is closed with the connections in its accept queue.
    ListenerDropped,
    /// Resources are released at the signal, while requests are in flight.
    PoolFirst,
    /// The deadline restarts each time a connection closes.
    DeadlineRestarts,
    /// The server reads no signal after the first.
    SecondSignalIgnored,
    /// The second signal, SIGTERM or SIGINT, ends everything at once.
    SecondSignalFatal,
    /// Idle connections stay open until the deadline.
    IdleKeptOpen,
    /// An idle connection is closed without a check for an unread request.
    IdleClosedUnread,
    /// Answers during the shutdown lack `Connection: close`.
    NoConnectionClose,
    /// The request of a client that disconnects is counted for ever.
    CounterLeaked,
    /// A request counts as ended when its handler returns, before its body is written.
    CountedByHandler,
    /// A release has no time limit.
    ReleaseUnbounded,
    /// An upgraded connection is no longer tracked.
    UpgradedForgotten,
    /// The listener is closed at the signal, whatever the policy's lame duck is.
    LameDuckSkipped,
    /// Requests in flight are cut at three quarters of the deadline.
    AbortedEarly,
    /// Readiness goes off one request late.
    HealthLate,
    /// The server reads on after its own FIN, and executes a request that it finds.
    ExecutedAfterFin,
}

impl InjectedBug {
    /// Every bug.
    pub const ALL: [Self; 18] = [
        Self::Canary,
        Self::ReadinessAfterSeal,
        Self::ListenerDropped,
        Self::PoolFirst,
        Self::DeadlineRestarts,
        Self::SecondSignalIgnored,
        Self::SecondSignalFatal,
        Self::IdleKeptOpen,
        Self::IdleClosedUnread,
        Self::NoConnectionClose,
        Self::CounterLeaked,
        Self::CountedByHandler,
        Self::ReleaseUnbounded,
        Self::UpgradedForgotten,
        Self::LameDuckSkipped,
        Self::AbortedEarly,
        Self::HealthLate,
        Self::ExecutedAfterFin,
    ];

    /// The name on command lines and in the environment.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Canary => "canary",
            Self::ReadinessAfterSeal => "readiness-after-seal",
            Self::ListenerDropped => "listener-dropped",
            Self::PoolFirst => "pool-first",
            Self::DeadlineRestarts => "deadline-restarts",
            Self::SecondSignalIgnored => "second-signal-ignored",
            Self::SecondSignalFatal => "second-signal-fatal",
            Self::IdleKeptOpen => "idle-kept-open",
            Self::IdleClosedUnread => "idle-closed-unread",
            Self::NoConnectionClose => "no-connection-close",
            Self::CounterLeaked => "counter-leaked",
            Self::CountedByHandler => "counted-by-handler",
            Self::ReleaseUnbounded => "release-unbounded",
            Self::UpgradedForgotten => "upgraded-forgotten",
            Self::LameDuckSkipped => "lame-duck-skipped",
            Self::AbortedEarly => "aborted-early",
            Self::HealthLate => "health-late",
            Self::ExecutedAfterFin => "executed-after-fin",
        }
    }
}

impl fmt::Display for InjectedBug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for InjectedBug {
    type Err = Unknown;

    fn from_str(name: &str) -> Result<Self, Unknown> {
        let found = Self::ALL.into_iter().find(|bug| bug.name() == name);
        found.ok_or_else(|| Unknown(name.to_owned()))
    }
}

/// No bug has this name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown(String);

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no bug is called {:?}; there are:", self.0)?;
        InjectedBug::ALL.iter().try_for_each(|bug| write!(f, " {bug}"))
    }
}

impl std::error::Error for Unknown {}

/// The environment variable by which the reference program selects a bug.
const VARIABLE: &str = "LASTORDERS_INJECT";

thread_local! {
    static ON_THIS_THREAD: Cell<Option<InjectedBug>> = const { Cell::new(None) };
}

static IN_THIS_PROCESS: OnceLock<InjectedBug> = OnceLock::new();

/// Whether this bug is injected. The thread's own selection wins over the process's.
pub(crate) fn injected(bug: InjectedBug) -> bool {
    ON_THIS_THREAD.get().or_else(|| IN_THIS_PROCESS.get().copied()) == Some(bug)
}

/// Injects a bug into every server of this thread until the guard is dropped. A simulation runs on
/// one thread, and simulations on other threads have other bugs.
pub fn on_this_thread(bug: InjectedBug) -> Guard {
    Guard { previous: ON_THIS_THREAD.replace(Some(bug)) }
}

/// Keeps a bug injected on the thread that created the guard.
#[derive(Debug)]
#[must_use = "the bug is removed when the guard is dropped"]
pub struct Guard {
    previous: Option<InjectedBug>,
}

impl Drop for Guard {
    fn drop(&mut self) {
        ON_THIS_THREAD.set(self.previous);
    }
}

/// Injects the bug that the environment variable `LASTORDERS_INJECT` names into this process, for
/// the rest of its life, and returns the bug; `None` if the variable is not set. A program calls
/// this once, before it serves.
///
/// # Errors
///
/// If no bug has that name.
pub fn process_wide() -> Result<Option<InjectedBug>, Unknown> {
    let Ok(name) = std::env::var(VARIABLE) else { return Ok(None) };
    let bug = name.parse()?;
    Ok(Some(*IN_THIS_PROCESS.get_or_init(|| bug)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bug_is_injected_on_its_thread_until_its_guard_is_dropped() {
        assert!(InjectedBug::ALL.into_iter().all(|bug| !injected(bug)));
        let outer = on_this_thread(InjectedBug::Canary);
        let inner = on_this_thread(InjectedBug::PoolFirst);
        assert!(injected(InjectedBug::PoolFirst) && !injected(InjectedBug::Canary));
        let elsewhere = std::thread::spawn(|| injected(InjectedBug::PoolFirst)).join();
        assert!(!elsewhere.expect("the thread does not panic"));
        drop(inner);
        assert!(injected(InjectedBug::Canary));
        drop(outer);
        assert!(!injected(InjectedBug::Canary));
    }

    #[test]
    fn every_bug_is_read_by_its_name() {
        for bug in InjectedBug::ALL {
            assert_eq!(bug.to_string().parse(), Ok(bug));
        }
        let error = "none".parse::<InjectedBug>().expect_err("no bug has this name").to_string();
        assert!(error.contains("\"none\"") && error.contains("pool-first"), "{error}");
    }
}
