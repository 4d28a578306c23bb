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

/// The simulation of a sweep. An origin gives the same answer on any machine, in any thread, any
/// number of times. A sweep verifies this for some seeds, and for all failing ones.
pub trait Simulate: Sync {
    /// Runs a case and judges it.
    fn simulate(&self, origin: Origin) -> Seen;

    /// Runs the case twice and compares record by record.
    ///
    /// # Errors
    ///
    /// If the runs differ, with the first difference in words.
    fn audit(&self, origin: Origin) -> Result<(), String>;

    /// The situations that a sweep must reach to prove something, at most 32. Bit *n* of
    /// [`Seen::sometimes`] stands for the *n*-th.
    fn sometimes(&self) -> Vec<&'static str>;
}

/// The origin of a case: a seed, or a mutant of a seed's case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Origin {
    /// The seed.
    pub seed: u64,
    /// 0 is the seed's own case, *n* its *n*-th mutant.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub mutant: u32,
}

/// The result of one simulation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// The hash of the trace.
    pub hash: u64,
    /// Virtual time of the run, in microseconds.
    pub virtual_us: u64,
    /// The failure, if there is one.
    pub failure: Option<Failure>,
    /// Reached situations as bits, see [`Simulate::sometimes`].
    pub sometimes: u32,
    /// Covered combinations.
    pub coverage: Vec<Tuple>,
    /// Why the engine cannot run the case, if it cannot.
    pub unsupported: Option<String>,
}

/// A case that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The signature that failures of one kind share: check, phase, connection class.
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
    /// `17`, or `17+2` for the second mutant of seed 17.
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

/// Runs and judges the case of a seed.
#[derive(Debug, Clone, Copy)]
pub struct Simulator {
    /// The server.
    pub subject: Subject,
    /// The engine.
    pub engine: EngineKind,
    /// The family of cases.
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

    /// Runs a case.
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
