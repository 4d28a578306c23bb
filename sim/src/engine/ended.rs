/// How a run came to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended<T> {
    /// The world's future ended, with this.
    Done(T),
    /// The world was not done, every task was idle, no packet was under way and no timer was set:
    /// nothing could ever have happened again.
    Stuck,
    /// More events than [`Setup::max_events`](super::Setup::max_events).
    Livelock,
    /// The virtual time reached [`Setup::max_time`](super::Setup::max_time).
    Overtime,
    /// Something panicked, be it caught or not: its message and its place, `message at file:line`.
    Panicked(String),
    /// The world asked for something that this engine cannot do: what, and why.
    Unsupported(String),
}

impl<T> Ended<T> {
    /// What the world's future gave, if it ended.
    pub fn done(self) -> Option<T> {
        match self {
            Self::Done(value) => Some(value),
            Self::Stuck
            | Self::Livelock
            | Self::Overtime
            | Self::Panicked(_)
            | Self::Unsupported(_) => None,
        }
    }

    /// The same end with another value.
    pub fn map<U>(self, with: impl FnOnce(T) -> U) -> Ended<U> {
        match self {
            Self::Done(value) => Ended::Done(with(value)),
            Self::Stuck => Ended::Stuck,
            Self::Livelock => Ended::Livelock,
            Self::Overtime => Ended::Overtime,
            Self::Panicked(message) => Ended::Panicked(message),
            Self::Unsupported(what) => Ended::Unsupported(what),
        }
    }
}
