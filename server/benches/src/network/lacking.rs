use std::fmt;
use std::io;

/// Something that the environment does not have or does not allow.
#[derive(Debug)]
pub struct Lacking {
    what: &'static str,
    error: io::Error,
    remedy: &'static str,
}

impl Lacking {
    pub(super) fn new(what: &'static str, remedy: &'static str) -> impl Fn(io::Error) -> Self {
        move |error| Self { what, error, remedy }
    }
}

impl fmt::Display for Lacking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot {}: {}; {}", self.what, self.error, self.remedy)
    }
}

impl std::error::Error for Lacking {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}
