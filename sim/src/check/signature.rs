use std::fmt;

use serde::{Deserialize, Serialize};

use super::coverage::{Class, Phase};

/// The identity of a failure. A reduced case must fail with the same signature.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Signature {
    /// The check with the first failure by time.
    pub check: String,
    /// The phase of the shutdown at the failure.
    pub phase: Phase,
    /// The kind of the failure's connection.
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
