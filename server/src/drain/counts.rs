/// How far a connection has come. A connection is in one stage at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConnState {
    /// It speaks HTTP, and a request may begin on it.
    Open,
    /// It has left HTTP: a WebSocket, or a tunnel made by CONNECT.
    Upgraded,
    /// Its write side is shut; what the peer still sends is read and thrown away. Nothing can begin
    /// on it.
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
    /// Connections whose write side is shut.
    pub lingering: usize,
    /// Requests from their arrival until their response has been written.
    pub requests: usize,
    /// Tracked tasks.
    pub tasks: usize,
}

impl Counts {
    /// Whether resources are still needed: a request is in flight or may begin, or a tracked task
    /// runs.
    #[must_use]
    pub fn holding(&self) -> bool {
        self.open > 0 || self.upgraded > 0 || self.requests > 0 || self.tasks > 0
    }

    pub(super) fn state_mut(&mut self, stage: ConnState) -> &mut usize {
        match stage {
            ConnState::Open => &mut self.open,
            ConnState::Upgraded => &mut self.upgraded,
            ConnState::Lingering => &mut self.lingering,
        }
    }

    /// Moves one connection between stages; what was never counted is not moved.
    pub(super) fn shift(&mut self, from: ConnState, to: ConnState) {
        if take_one(self.state_mut(from)) {
            *self.state_mut(to) += 1;
        }
    }
}

/// Counts one down, and says whether there was one.
pub(super) fn take_one(count: &mut usize) -> bool {
    let some = *count > 0;
    *count = count.saturating_sub(1);
    some
}
