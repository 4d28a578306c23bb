use std::fmt;

use serde::{Deserialize, Serialize};

use crate::blob::Blob;
use crate::case::Case;
use crate::check::coverage::Tuple;
use crate::check::{Sometimes, judge};
use crate::engine::EngineKind;
use crate::generate::{Family, generate, mutate};
use crate::subject::Subject;
use crate::trace::audit;
use crate::world::{Ended, Run, carry_out};

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

/// The simulation: a seed's case, carried out and judged.
#[derive(Debug, Clone, Copy)]
pub struct Simulator {
    /// The server.
    pub subject: Subject,
    /// On what.
    pub engine: EngineKind,
    /// Which cases.
    pub family: Family,
}

impl Simulator {
    /// The case of an origin.
    #[must_use]
    pub fn case(&self, origin: Origin) -> Case {
        let mut case = generate(origin.seed, self.family);
        if origin.mutant > 0 {
            let seed = origin.seed.rotate_left(32) ^ u64::from(origin.mutant);
            let mut draws = fastrand::Rng::with_seed(seed);
            case = mutate(case, &mut draws);
        }
        case
    }

    /// Carries a case out.
    #[must_use]
    pub fn run(&self, case: &Case) -> Run {
        carry_out(case, self.subject, self.engine)
    }
}

impl Simulate for Simulator {
    fn simulate(&self, origin: Origin) -> Seen {
        let case = self.case(origin);
        let run = self.run(&case);
        let judged = judge(&case, &run);
        let reached = Sometimes::ALL.iter().enumerate();
        let sometimes = reached
            .fold(0, |bits, (bit, (one, _))| bits | u32::from(judged.sometimes.has(*one)) << bit);
        Seen {
            hash: run.trace.hash,
            virtual_us: run.trace.records.last().map_or(0, |record| record.at_ns / 1_000),
            failure: judged.signature.map(|signature| Failure {
                signature: signature.to_string(),
                blob: Blob::new(case, self.engine).to_string(),
            }),
            sometimes,
            coverage: judged.coverage,
            unsupported: match &run.ended {
                Ended::Unsupported(why) => Some(why.clone()),
                Ended::Done | Ended::Stuck | Ended::Livelock | Ended::Panicked(_) => None,
            },
        }
    }

    fn audit(&self, origin: Origin) -> Result<(), String> {
        let case = self.case(origin);
        match audit::twice(|| self.run(&case).trace) {
            Ok(_) => Ok(()),
            Err(error) => Err(error.to_string()),
        }
    }

    fn sometimes(&self) -> Vec<&'static str> {
        Sometimes::ALL.iter().map(|(_, sentence)| *sentence).collect()
    }
}
