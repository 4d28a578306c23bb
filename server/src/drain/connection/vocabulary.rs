use std::time::Duration;

use crate::drain::Input;

/// What happened on a connection. Every input is legal in every state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum ConnInput {
    /// Bytes came from the peer.
    BytesRead,
    /// The bytes read so far are the preface of HTTP/2 (RFC 9113, section 3.4).
    PrefaceRead,
    /// The head of a request was read. `has_body`: the body of the request is not at its end.
    RequestStarted {
        /// Whether a body follows.
        has_body: bool,
    },
    /// The application has read the body of this request to its end.
    BodyEnded(u32),
    /// The application has dropped the body of this request before its end.
    BodyDropped(u32),
    /// The handler of a request has returned the head of a response.
    ResponseStarted,
    /// The response of a request is complete, in the protocol's buffers.
    ResponseEnded,
    /// All that the protocol had in its buffers was handed to the socket.
    Flushed,
    /// The handler of a request was dropped without a response.
    RequestDropped,
    /// The connection leaves HTTP with the response in flight.
    Upgraded,
    /// The connection gave up its buffers, which were empty.
    Parked,
    /// The protocol's buffers hold bytes that belong to no request.
    UnreadFound,
    /// The peer closed or failed between two requests.
    PeerClosed,
    /// The server began to close the connection, as [`ConnAction::Close`] asks.
    CloseBegan,
    /// The server's FIN was sent.
    WriteShut,
    /// The socket is closed.
    Gone,
    /// The buffers of all connections are looked through for idle ones.
    Swept,
}

/// What an input leads to outside of the connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Effect {
    /// What becomes of the request that started; `None` if the connection serves no request any
    /// more.
    pub(crate) started: Option<Admission>,
    /// Whether the head of the response announces the end of the connection.
    pub(crate) announces_close: bool,
    /// How many requests ended.
    pub(crate) ended: u32,
    /// The input for the shutdown machine, after the requests.
    pub(crate) tell: Option<Input>,
    /// Whether the connection's task must be woken.
    pub(crate) wake: bool,
    /// Whether the connection leaves the list of connections.
    pub(crate) unlisted: bool,
}

/// What becomes of a request whose head was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Admission {
    /// The application is called: now, or `late`, one poll later. The machine never says `late`; a
    /// simulator does.
    Serve {
        /// Whether one more poll comes first.
        late: bool,
    },
    /// The request is answered with 503 and not executed.
    Refuse,
}

/// What the connection's task does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConnAction {
    /// Nothing until the next input, or until `until` has passed (time since the machine's origin).
    Stay {
        /// When to ask again.
        until: Option<Duration>,
    },
    /// Yield to the runtime once, poll the protocol, and ask again.
    Look,
    /// Send GOAWAY (RFC 9113, section 6.8).
    GoAway,
    /// Close the connection in good order, and report `CloseBegan`, or `UnreadFound` if the
    /// protocol holds the beginning of a request.
    Close,
    /// Give up the buffers, and report `Parked`, or `UnreadFound`.
    Park,
    /// Cut the connection.
    Abort,
}
