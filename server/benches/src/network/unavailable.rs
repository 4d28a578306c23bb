use std::fmt;
use std::io;

/// A requirement that the environment does not fulfil.
#[derive(Debug)]
pub struct Unavailable {
    what: &'static str,
    error: io::Error,
    fix: &'static str,
}

impl Unavailable {
    pub(super) fn new(what: &'static str, fix: &'static str) -> impl Fn(io::Error) -> Self {
        move |error| Self { what, error, fix }
    }
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot {}: {}; {}", self.what, self.error, self.fix)
    }
}

impl std::error::Error for Unavailable {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}
