use lastorders_harness::history::History;

/// What one simulation gives.
#[derive(Debug, Clone)]
pub struct Run {
    /// Everything that was observed, in the real world's words and with what is inside of the
    /// server.
    pub history: History,
    /// How it came to its end.
    pub ended: Ended,
}

/// How a simulation came to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// The plan was carried out.
    Done,
    /// All was idle, no timer was set, and the plan was not done.
    Stuck,
    /// More events than a run of this kind can have.
    Livelock,
    /// Something panicked, in the server or in its application: message and place.
    Panicked(String),
    /// This engine cannot carry the plan out, and why.
    Unsupported(String),
}
