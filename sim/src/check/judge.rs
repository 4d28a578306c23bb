use lastorders_harness::check::{self as harness, Finding, Kind, Level, Verdict};

use super::coverage::{Class, Tuple};
use super::{CHECKS, Scene, Signature, Sometimes, Whose};
use crate::case::Case;
use crate::world::{Ended, Run};

/// What a run amounts to, and what it was good for.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The worst finding wins.
    pub verdict: Verdict,
    /// What was found, by the harness's checks first.
    pub findings: Vec<Finding>,
    /// Which situations it reached.
    pub sometimes: Sometimes,
    /// One tuple for each connection.
    pub coverage: Vec<Tuple>,
    /// What the failure is known by, if it is one.
    pub signature: Option<Signature>,
}

/// Judges a run: by the checks that its plan names, and by every one that only a simulator can do
/// and that applies to its server.
///
/// Findings bear the id of a request (`actor#n`) or, where they are about a connection or about
/// a call that no request is known for, its name (`actor@n`).
#[must_use]
pub fn judge(case: &Case, run: &Run) -> Judged {
    let (mut verdict, mut findings) = harness::judge(&case.plan, &run.history);
    let scene = Scene::of(case, run);
    if let Ended::Unsupported(why) = &run.ended {
        let finding = Finding::inconclusive("the engine can carry the plan out", why.as_str());
        return Judged {
            verdict: Verdict::Inconclusive,
            findings: vec![finding],
            sometimes: Sometimes::NONE,
            coverage: Vec::new(),
            signature: None,
        };
    }
    for check in CHECKS {
        if check.whose == Whose::WithWords && !scene.facts.has_words() {
            continue;
        }
        for mut finding in (check.judge)(&scene) {
            check.id.clone_into(&mut finding.check);
            verdict = verdict.max(amounts_to(&finding));
            findings.push(finding);
        }
    }
    let signature = signature(&scene, &findings);
    Judged { verdict, findings, sometimes: Sometimes::NONE, coverage: Vec::new(), signature }
}

fn amounts_to(finding: &Finding) -> Verdict {
    match (finding.kind, finding.level) {
        (Kind::Note, _) | (Kind::Violation | Kind::Late, Level::Info) => Verdict::Pass,
        (Kind::Inconclusive, _) => Verdict::Inconclusive,
        (Kind::Violation | Kind::Late, Level::Should) => Verdict::Warn,
        (Kind::Violation | Kind::Late, Level::Must) => Verdict::Fail,
    }
}

/// The first failure, by its time; what has none comes last.
fn signature(scene: &Scene<'_>, findings: &[Finding]) -> Option<Signature> {
    let failures = findings.iter().filter(|finding| amounts_to(finding) == Verdict::Fail);
    let first = failures.min_by_key(|finding| finding.at_us.unwrap_or(u64::MAX))?;
    Some(Signature {
        check: first.check.clone(),
        phase: scene.phase_at(first.at_us.unwrap_or(scene.facts.last_us)),
        class: Class::None,
    })
}
