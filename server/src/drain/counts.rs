/// The state of a connection, as far as the shutdown machine counts connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConnState {
    /// The connection speaks HTTP, and a request may begin.
    Open,
    /// The connection has left HTTP: a WebSocket, or a tunnel made by CONNECT.
    Upgraded,
    /// The server has sent its FIN. It reads and discards the bytes that the peer still sends, and
    /// no request can begin.
    Lingering,
}

/// What is open and in flight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Counts {
    /// Connections on which a request may begin.
    pub open: usize,
    /// Connections that have left HTTP.
    pub upgraded: usize,
    /// Connections on which the server has sent its FIN.
    pub lingering: usize,
    /// Requests from their arrival until their response is written.
    pub requests: usize,
    /// Tracked tasks.
    pub tasks: usize,
}

impl Counts {
    /// Whether resources are still needed, because a request is in flight or may begin, or a
    /// tracked task runs.
    #[must_use]
    pub fn holding(&self) -> bool {
        self.open > 0 || self.upgraded > 0 || self.requests > 0 || self.tasks > 0
    }

    pub(super) fn state_mut(&mut self, state: ConnState) -> &mut usize {
        match state {
            ConnState::Open => &mut self.open,
            ConnState::Upgraded => &mut self.upgraded,
            ConnState::Lingering => &mut self.lingering,
        }
    }

    /// Moves one connection between two states, if there is one in the first state.
    pub(super) fn shift(&mut self, from: ConnState, to: ConnState) {
        if decrement(self.state_mut(from)) {
            *self.state_mut(to) += 1;
        }
    }
}

/// Decrements the count. Returns whether the count was above 0.
pub(super) fn decrement(count: &mut usize) -> bool {
    let positive = *count > 0;
    *count = count.saturating_sub(1);
    positive
}
