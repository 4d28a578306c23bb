use std::fmt;

use serde::{Deserialize, Serialize};

use crate::check::coverage::Tuple;

/// What a sweep needs of a simulation. The same origin gives the same answer on any machine, in
/// any thread and as often as it is asked; a sweep checks that of some seeds, and of all that fail.
pub trait Simulate: Sync {
    /// Carries a case out, and judges it.
    fn simulate(&self, origin: Origin) -> Seen;

    /// Carries the same case out twice, and compares record by record.
    ///
    /// # Errors
    ///
    /// If the two are not the same: where they part, in words.
    fn audit(&self, origin: Origin) -> Result<(), String>;

    /// What a sweep must reach to prove something; bit *n* of [`Seen::sometimes`] is the *n*-th. At
    /// most 32.
    fn sometimes(&self) -> Vec<&'static str>;
}

/// Where a case comes from: a seed, or a change to the case of a seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Origin {
    /// The seed.
    pub seed: u64,
    /// 0 is the seed's own case, *n* the *n*-th change to it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub mutant: u32,
}

/// What one simulation gave.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// The hash of its trace.
    pub hash: u64,
    /// How long it took, in microseconds of its own time.
    pub virtual_us: u64,
    /// What is wrong, if anything is.
    pub failure: Option<Failure>,
    /// What it reached, as bits, see [`Simulate::sometimes`].
    pub sometimes: u32,
    /// What it covered.
    pub coverage: Vec<Tuple>,
    /// Why it could not be carried out, if it could not.
    pub unsupported: Option<String>,
}

/// A case that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What failures of one kind have in common: check, phase, connection class.
    pub signature: String,
    /// The case, as `replay` takes it.
    pub blob: String,
}

impl From<u64> for Origin {
    fn from(seed: u64) -> Self {
        Self { seed, mutant: 0 }
    }
}

impl fmt::Display for Origin {
    /// `17`, or `17+2` for the second change to the case of seed 17.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.mutant {
            0 => write!(f, "{}", self.seed),
            mutant => write!(f, "{}+{mutant}", self.seed),
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}
