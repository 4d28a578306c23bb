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
