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
    /// The server counts a request whose head the protocol has read.
    RequestStarted {
        /// Whether a body follows the head.
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
    /// The connection gave up its buffers, which held no unread bytes.
    Parked,
    /// The protocol's buffers hold bytes of a next request, so the server neither closes nor parks
    /// the connection.
    UnreadFound,
    /// The connection ended before the first byte of a request: the peer closed, the connection
    /// failed, or the peer sent nothing in time.
    PeerClosed,
    /// The server began to close the connection, after [`ConnAction::Close`].
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
    /// An input for the shutdown machine. The machine gets the ends of requests before this input.
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
        /// Whether the application is called one poll later. Only a simulator sets this.
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
        /// When to ask again, in time since the origin of the shutdown machine.
        until: Option<Duration>,
    },
    /// Yield to the runtime once, poll the protocol, and ask again. So the protocol reads the bytes
    /// that the kernel already holds.
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
