/// A step that the driver of a [`Machine`](super::Machine) carries out. The order of the actions
/// matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Action {
    /// Declare the server unready: from now on `/health` answers 503.
    FailReadiness,
    /// Announce the close on every connection: `Connection: close` in each response, or GOAWAY.
    AnswerWithClose,
    /// From now on answer new requests with 503.
    RefuseWork,
    /// Close the listener without losing a handshake, then report
    /// [`Input::Sealed`](super::Input::Sealed).
    Seal,
    /// Close connections that have not sent a byte, now and whenever the driver finds one.
    CloseSilent,
    /// Close connections between two requests, now and whenever a connection becomes idle.
    CloseIdle,
    /// Close the listener if it is still open, and cut every connection, request and tracked task.
    AbortRemaining,
    /// Release the resource with this index in the list given to
    /// [`Machine::new`](super::Machine::new), then report
    /// [`Input::Released`](super::Input::Released).
    Release(usize),
    /// Abandon the release of the resource with this index, because its time is over.
    Abandon(usize),
    /// End: the shutdown is complete.
    Finish,
}
