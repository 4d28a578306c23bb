use super::client::Client;
use super::habits::{
    fresh, half_head, http2, kept_alive, pipelined, poster, slow_reader, vanishing,
};
use super::tally::Tally;

/// How a client behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Habit {
    /// Connects, sends one request, reads the answer, closes.
    Fresh,
    /// Sends request after request on one connection, for as long as it lasts.
    KeptAlive,
    /// The same, and each request has a body, which is sent after its head.
    Poster,
    /// Sends several requests at once, and reads as many answers.
    Pipelined,
    /// Several requests at a time on one HTTP/2 connection.
    Http2,
    /// Sends half a head, and the rest a while later.
    HalfHead,
    /// Asks for more than the kernel's buffers hold, and reads it bit by bit.
    SlowReader,
    /// Begins something, and is gone before it is answered.
    Vanishing,
}

impl Habit {
    /// Every habit.
    pub const ALL: [Self; 8] = [
        Self::Fresh,
        Self::KeptAlive,
        Self::Poster,
        Self::Pipelined,
        Self::Http2,
        Self::HalfHead,
        Self::SlowReader,
        Self::Vanishing,
    ];

    /// Whether it makes the flow. The others follow it: they do one thing for so many answers that
    /// others have.
    #[must_use]
    pub fn is_brisk(self) -> bool {
        match self {
            Self::Fresh | Self::KeptAlive | Self::Poster | Self::Pipelined | Self::Http2 => true,
            Self::HalfHead | Self::SlowReader | Self::Vanishing => false,
        }
    }

    pub(super) async fn run(self, mut client: Client) -> Tally {
        match self {
            Self::Fresh => fresh::run(&mut client).await,
            Self::KeptAlive => kept_alive::run(&mut client).await,
            Self::Poster => poster::run(&mut client).await,
            Self::Pipelined => pipelined::run(&mut client).await,
            Self::Http2 => http2::run(&mut client).await,
            Self::HalfHead => half_head::run(&mut client).await,
            Self::SlowReader => slow_reader::run(&mut client).await,
            Self::Vanishing => vanishing::run(&mut client).await,
        }
        client.tally
    }
}
