use super::{Failure, Origin, Seen, Simulate};
use crate::blob::Blob;
use crate::case::Case;
use crate::check::{Sometimes, judge};
use crate::engine::EngineKind;
use crate::generate::{Family, generate, mutate};
use crate::subject::Subject;
use crate::trace::audit;
use crate::world::{Ended, Run, carry_out};

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
