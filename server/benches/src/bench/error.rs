use std::{fmt, io};

use thiserror::Error;

/// Why a figure could not be measured.
#[derive(Debug, Error)]
pub(crate) enum Error {
    /// The operating system refused an operation.
    #[error("cannot {what}: {error}")]
    System {
        /// The operation that was tried.
        what: String,
        /// The operating system's error.
        error: io::Error,
    },
    /// A server answered or ended incorrectly, so the figure would be worthless.
    #[error("{0}")]
    Wrong(String),
    /// This machine lacks a requirement of this figure. Other figures can still be measured.
    #[error("{0}")]
    Missing(String),
}

impl Error {
    /// Adds the server's name to the message.
    pub(crate) fn of(self, variant: impl fmt::Display) -> Self {
        match self {
            Self::System { what, error } => {
                Self::System { what: format!("{what}, with {variant}"), error }
            }
            Self::Wrong(why) => Self::Wrong(format!("{variant}: {why}")),
            Self::Missing(why) => Self::Missing(why),
        }
    }
}

/// Adds the operation that failed to an error.
pub(crate) trait Context<T> {
    /// `what` is read after "cannot".
    fn to(self, what: impl Into<String>) -> Result<T, Error>;
}

impl<T, E: Into<io::Error>> Context<T> for Result<T, E> {
    fn to(self, what: impl Into<String>) -> Result<T, Error> {
        self.map_err(|error| Error::System { what: what.into(), error: error.into() })
    }
}
