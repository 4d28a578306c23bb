//! Why a figure could not be taken.

use std::io;

use thiserror::Error;

/// Why a figure could not be taken.
#[derive(Debug, Error)]
pub enum Error {
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

/// Says what was tried when it failed.
pub trait Context<T> {
    /// Adds what was tried, to be read after "cannot".
    ///
    /// # Errors
    ///
    /// The same, with what was tried.
    fn to(self, what: impl Into<String>) -> Result<T, Error>;
}

impl<T, E: Into<io::Error>> Context<T> for Result<T, E> {
    fn to(self, what: impl Into<String>) -> Result<T, Error> {
        self.map_err(|error| Error::System { what: what.into(), error: error.into() })
    }
}
