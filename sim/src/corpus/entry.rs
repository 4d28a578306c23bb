use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::bugs::{BUILT_IN, HINT};
use crate::case::Case;
use crate::check::{Signature, Verdict, judge};
use crate::engine::EngineKind;
use crate::generate::Family;
use crate::subject::Subject;
use crate::sweep::Simulator;
use crate::trace::audit;
use crate::world::Ended;

/// A case with its expected result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Why the corpus has this case, in a sentence.
    pub why: String,
    /// The server.
    pub subject: Subject,
    /// The engine.
    pub engine: EngineKind,
    /// The expected result.
    pub expected: Expected,
    /// The case.
    pub case: Case,
}

/// The expected result of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expected {
    /// No check fails.
    Passes,
    /// The case fails with this signature.
    Fails(Signature),
}

/// A result other than the expected one.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Surprise {
    /// The case gave another result.
    #[error("expected that the case {expected}, but it {actual}")]
    Other {
        /// The expected result.
        expected: Expected,
        /// The actual result.
        actual: Expected,
    },
    /// The run proves nothing.
    #[error("the run proves nothing: {0}")]
    Inconclusive(String),
    /// The second run differed.
    #[error("the second run differed: {0}")]
    Diverged(String),
}

impl Entry {
    /// The simulation that runs the case.
    #[must_use]
    pub fn simulator(&self) -> Simulator {
        let family = Family::Mixed;
        Simulator { subject: self.subject, engine: self.engine, family }
    }

    /// Whether the case proves something only in a build with `--cfg lastorders_sim`: its server
    /// has an injected bug, or takes rare paths.
    #[must_use]
    pub fn needs_injected(&self) -> bool {
        let has_bug = match self.subject {
            Subject::Injected(bug) => bug.is_in_server(),
            Subject::Ours | Subject::Axum | Subject::HyperUtil | Subject::AxumServer => false,
        };
        has_bug || self.subject.is_ours() && !self.case.conditions.buggify.is_empty()
    }

    /// Runs the case with an audit.
    ///
    /// # Errors
    ///
    /// If the run differs from the expectation, or if this build lacks what the case
    /// [needs](Self::needs_injected).
    pub fn replay(&self) -> Result<(), Surprise> {
        if self.needs_injected() && !BUILT_IN {
            let why = format!("this build has no injected bugs and no rare paths; {HINT}");
            return Err(Surprise::Inconclusive(why));
        }
        let simulator = self.simulator();
        audit::twice(|| simulator.run(&self.case).trace)
            .map_err(|error| Surprise::Diverged(error.to_string()))?;
        let run = simulator.run(&self.case);
        let judged = judge(&self.case, &run);
        if let Ended::Unsupported(why) = run.ended {
            return Err(Surprise::Inconclusive(why));
        }
        if judged.verdict == Verdict::Inconclusive {
            let findings = judged.findings.iter().map(|finding| finding.actual.as_str());
            return Err(Surprise::Inconclusive(findings.collect::<Vec<_>>().join("; ")));
        }
        let actual = judged.signature.map_or(Expected::Passes, Expected::Fails);
        if actual == self.expected {
            return Ok(());
        }
        Err(Surprise::Other { expected: self.expected.clone(), actual })
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passes => f.write_str("passes"),
            Self::Fails(signature) => write!(f, "fails with {signature}"),
        }
    }
}
