use std::io;

/// Why a method was skipped. The text reads after "skipped: ".
#[derive(Debug, thiserror::Error)]
pub(super) enum Skipped {
    /// A step that the kernel, a sandbox or the network refused.
    #[error("cannot {step}: {error}")]
    Refused { step: &'static str, error: io::Error },
    #[error("SO_REUSEPORT is set: the sink would also catch connections of other listeners")]
    ReusePort,
    #[error("the socket is bound to a network device")]
    Device,
    #[error("the socket's protocol is not TCP")]
    NotTcp,
    #[error("the socket belongs to another network namespace")]
    OtherNamespace,
    #[error("the sink did not fill up: connections to our own address do not arrive")]
    NotFull,
}

/// Adds the failed step to an error.
pub(super) trait Step<T> {
    fn step(self, step: &'static str) -> Result<T, Skipped>;
}

impl<T, E: Into<io::Error>> Step<T> for Result<T, E> {
    fn step(self, step: &'static str) -> Result<T, Skipped> {
        self.map_err(|error| Skipped::Refused { step, error: error.into() })
    }
}
