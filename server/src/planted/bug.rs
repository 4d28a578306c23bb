/// A bug of the shutdown.
#[cfg_attr(
    not(feature = "planted"),
    expect(unreachable_pub, reason = "public with the feature of this name")
)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Planted {
    /// Every shutdown ends with exit code 1: whoever does not find this one looks at nothing.
    Canary,
    /// Readiness goes off when the door is closed, and not before it.
    ReadinessAfterSeal,
    /// The listener is closed with whoever waits in its accept queue.
    ListenerDropped,
    /// Resources are released at the signal, under the requests in flight.
    PoolFirst,
    /// The deadline begins anew whenever a connection has gone.
    DeadlineRestarts,
    /// No signal is read after the first.
    SecondSignalIgnored,
    /// The second signal, of whatever kind, ends everything on the spot.
    SecondSignalFatal,
    /// An idle connection is closed without looking whether a request has come.
    IdleClosedUnread,
    /// Answers in the shutdown do not say `Connection: close`.
    NoConnectionClose,
    /// The request of a client that goes away is counted for ever.
    CounterLeaked,
    /// A request counts as ended when its handler returns, before its body is written.
    CountedByHandler,
    /// A release is waited for, however long it takes.
    ReleaseUnbounded,
    /// A connection that leaves HTTP is forgotten.
    UpgradedForgotten,
    /// The door is closed at the signal, whatever the policy says.
    LameDuckSkipped,
    /// What is in flight is cut at three quarters of its time.
    AbortedEarly,
    /// The health route gives the answer that was right when it was last asked.
    HealthLate,
    /// A connection that we have closed is read on, and a request on it executed.
    ExecutedAfterFin,
}

/// Whether this bug is planted.
#[cfg(not(feature = "planted"))]
#[inline(always)]
pub(crate) const fn planted(_: Planted) -> bool {
    false
}
