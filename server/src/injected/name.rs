use std::fmt;
use std::str::FromStr;

use super::InjectedBug;

impl InjectedBug {
    /// Every bug.
    pub const ALL: [Self; 17] = [
        Self::Canary,
        Self::ReadinessAfterSeal,
        Self::ListenerDropped,
        Self::PoolFirst,
        Self::DeadlineRestarts,
        Self::SecondSignalIgnored,
        Self::SecondSignalFatal,
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
