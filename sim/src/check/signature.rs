use std::fmt;

use serde::{Deserialize, Serialize};

use super::coverage::{Class, Phase};

/// What a failure is known by: a case that was made smaller must fail with the same one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Signature {
    /// The check that failed first, by the time of what it found.
    pub check: String,
    /// Where the shutdown stood then.
    pub phase: Phase,
    /// On what kind of connection.
    pub class: Class,
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { check, phase, class } = self;
        write!(f, "{check} while {}", phase.name())?;
        match class {
            Class::None => Ok(()),
            class => write!(f, ", on a connection that is {}", class.name()),
        }
    }
}
