use std::io;

use thiserror::Error;

use crate::bench::contender::Contender;

/// Why a figure could not be taken.
#[derive(Debug, Error)]
pub(crate) enum Error {
    /// The operating system refused something.
    #[error("cannot {what}: {error}")]
    System {
        /// What was tried.
        what: String,
        /// Why not.
        error: io::Error,
    },
    /// A server answered or ended otherwise than it should, so the figure would be worthless.
    #[error("{0}")]
    Wrong(String),
    /// This machine lacks what the figure needs. The other figures can be taken all the same.
    #[error("{0}")]
    Missing(String),
}

impl Error {
    /// The same, of this server.
    pub(crate) fn of(self, contender: Contender) -> Self {
        match self {
            Self::System { what, error } => {
                Self::System { what: format!("{what}, with {contender}"), error }
            }
            Self::Wrong(why) => Self::Wrong(format!("{contender}: {why}")),
            Self::Missing(why) => Self::Missing(why),
        }
    }
}

/// Says what was tried when it failed.
pub(crate) trait Context<T> {
    /// Adds what was tried, to be read after "cannot".
    fn to(self, what: impl Into<String>) -> Result<T, Error>;
}

impl<T, E: Into<io::Error>> Context<T> for Result<T, E> {
    fn to(self, what: impl Into<String>) -> Result<T, Error> {
        self.map_err(|error| Error::System { what: what.into(), error: error.into() })
    }
}
