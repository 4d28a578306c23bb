/// What is to be done. Actions are carried out in the order in which they are given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Action {
    /// Say that we are not ready: `/health` answers 503 from here on.
    FailReadiness,
    /// Announce the end on every answer: `Connection: close`, or GOAWAY.
    AnswerWithClose,
    /// Answer new requests 503 from here on.
    RefuseWork,
    /// Close the listener without losing a handshake, then report
    /// [`Input::Sealed`](super::Input::Sealed).
    Seal,
    /// Close connections that have not sent a byte, now and whenever one is found.
    CloseSilent,
    /// Close connections between two requests, now and whenever one becomes so.
    CloseIdle,
    /// Close the listener if it is still open, and cut every connection, request and tracked task.
    AbortRemaining,
    /// Release the resource of this place in the order given to
    /// [`Machine::new`](super::Machine::new), then report
    /// [`Input::Released`](super::Input::Released).
    Release(usize),
    /// Abandon the release of this place: its time is over.
    Abandon(usize),
    /// Report: it is over.
    Finish,
}
