use std::time::Duration;

use crate::drain::Input;

/// An event on a connection. Every input is legal in every state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum ConnInput {
    /// The server read bytes from the peer.
    BytesRead,
    /// The bytes read so far are the preface of HTTP/2 (RFC 9113, section 3.4).
    #[cfg_attr(
        not(any(feature = "http2", test)),
        expect(dead_code, reason = "without the feature the server speaks no HTTP/2")
    )]
    PrefaceRead,
    /// The protocol has read the head of a request.
    RequestStarted {
        /// Whether a body follows, so that the request is not at its end.
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
    /// The protocol has handed all its buffered output to the socket.
    Flushed,
    /// The handler of a request was dropped without a response.
    RequestDropped,
    /// The connection leaves HTTP with the current response.
    Upgraded,
    /// The connection gave up its buffers, which were empty.
    Parked,
    /// The protocol's buffers hold bytes that belong to no request.
    UnreadFound,
    /// The peer closed the connection between two requests, or the connection failed there.
    PeerClosed,
    /// The server began to close the connection, as [`ConnAction::Close`] asks.
    CloseBegan,
    /// The server has sent its FIN.
    WriteShut,
    /// The socket was dropped.
    Gone,
    /// A sweep of the buffers began: an idle connection that sees two sweeps gives up its buffers.
    Swept,
}

/// The effects of an input outside of the connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Effect {
    /// How the request that started is treated; `None` if the connection serves no more requests.
    pub(crate) started: Option<Admission>,
    /// Whether the head of the response must announce the close.
    pub(crate) announces_close: bool,
    /// The number of requests that ended.
    pub(crate) ended: u32,
    /// An input for the shutdown machine, which follows the ends of requests.
    pub(crate) tell: Option<Input>,
    /// Whether the connection's task must be woken.
    pub(crate) wake: bool,
    /// Whether the server must remove the connection from its list.
    pub(crate) unlisted: bool,
}

/// How the server treats a new request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Admission {
    /// The server calls the application.
    Serve {
        /// Whether one more poll comes first. Only a simulator asks for this.
        late: bool,
    },
    /// The server answers with 503, and does not call the application.
    Refuse,
}

/// The next step of the connection's task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConnAction {
    /// Wait for the next input, or until `until`.
    Stay {
        /// When to ask again, in time since the machine's origin.
        until: Option<Duration>,
    },
    /// Yield to the runtime once, poll the protocol, and ask again. Then bytes that the kernel has
    /// are read.
    Look,
    /// Send GOAWAY (RFC 9113, section 6.8).
    GoAway,
    /// Close the connection without a reset, and report `CloseBegan`. If the protocol holds the
    /// beginning of a request, report `UnreadFound` instead.
    Close,
    /// Give up the buffers, and report `Parked`. If the protocol holds the beginning of a request,
    /// report `UnreadFound` instead.
    Park,
    /// Close the socket at once.
    Abort,
}
