use lastorders_model::check::{self as harness, Finding, Kind, Level, Verdict};
use lastorders_model::history::History;

use super::coverage::{Class, Tuple};
use super::covered::{class, covered};
use super::reached::reached;
use super::{CHECKS, RunView, Signature, Sometimes, Whose};
use crate::case::Case;
use crate::world::{Ended, Run};

/// The judgement of a run, and its coverage.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The verdict of the worst finding.
    pub verdict: Verdict,
    /// The findings, those of the plan's checks first.
    pub findings: Vec<Finding>,
    /// The situations that the run reached.
    pub sometimes: Sometimes,
    /// A tuple for each request, and for each connection without a request.
    pub coverage: Vec<Tuple>,
    /// The signature, if the run failed.
    pub signature: Option<Signature>,
}

/// Judges a run by the checks of its plan, and by every check of the simulator that applies to its
/// server.
///
/// The request of a finding is a request's id (`actor#n`), or the name of a connection without a
/// request (`actor@n`).
#[must_use]
pub fn judge(case: &Case, run: &Run) -> Judged {
    judge_history(case, &run.history, &run.ended)
}

/// Like [`judge`], from the parts of a run.
#[must_use]
pub fn judge_history(case: &Case, history: &History, ended: &Ended) -> Judged {
    if let Ended::Unsupported(why) = ended {
        return unsupported(why);
    }
    let (mut verdict, mut findings) = harness::judge(&case.plan, history);
    let view = RunView::of(case, history, ended);
    let with_words = view.records.has_words();
    for check in CHECKS.iter().filter(|check| with_words || check.whose == Whose::Every) {
        for mut finding in (check.judge)(&view) {
            check.id.clone_into(&mut finding.check);
            verdict = verdict.max(amounts_to(&finding));
            findings.push(finding);
        }
    }
    Judged {
        verdict,
        sometimes: reached(&view),
        coverage: covered(&view),
        signature: signature(&view, &findings),
        findings,
    }
}

fn unsupported(why: &str) -> Judged {
    let finding = Finding::inconclusive("the engine can carry the plan out", why);
    Judged {
        verdict: Verdict::Inconclusive,
        findings: vec![finding],
        sometimes: Sometimes::NONE,
        coverage: Vec::new(),
        signature: None,
    }
}

fn amounts_to(finding: &Finding) -> Verdict {
    match (finding.kind, finding.level) {
        (Kind::Note, _) | (Kind::Violation | Kind::Late, Level::Info) => Verdict::Pass,
        (Kind::Inconclusive, _) => Verdict::Inconclusive,
        (Kind::Violation | Kind::Late, Level::Should) => Verdict::Warn,
        (Kind::Violation | Kind::Late, Level::Must) => Verdict::Fail,
    }
}

/// The signature of the first failure by time. A failure without a time comes last.
fn signature(view: &RunView<'_>, findings: &[Finding]) -> Option<Signature> {
    let failures = findings.iter().filter(|finding| amounts_to(finding) == Verdict::Fail);
    let first = failures.min_by_key(|finding| finding.at_us.unwrap_or(u64::MAX))?;
    let conn = first.request.as_deref().and_then(|subject| view.records.conn_of(subject));
    Some(Signature {
        check: first.check.clone(),
        phase: view.phase_at(first.at_us.unwrap_or(view.records.last_us)),
        class: conn.map_or(Class::None, |conn| class(view, conn)),
    })
}

#[cfg(test)]
mod tests {
    use super::super::coverage::Phase;
    use super::super::testing::{Story, case, draining, ready};
    use super::*;

    fn judged(story: Story) -> Judged {
        let mut case = case();
        case.plan.checks.clear();
        let (history, ended) = story.end();
        judge_history(&case, &history, &ended)
    }

    #[test]
    fn signature_is_of_the_first_failure_by_time() {
        let held = || ready().posts("a").at(300).term().drains();
        let cut = held().at(400).ends("a", None).at(60_000).phase("draining");
        let judged = judged(cut);
        assert_eq!(judged.verdict, Verdict::Fail);
        let found: Vec<_> = judged.findings.iter().map(|it| it.check.as_str()).collect();
        assert_eq!(found, ["phases", "early-abort", "deadline"]);
        let known_by = judged.signature.expect("it failed");
        assert_eq!(known_by.check, "early-abort");
        assert_eq!((known_by.phase, known_by.class), (Phase::Draining, Class::OneShot));
        assert_eq!(
            known_by.to_string(),
            "early-abort while draining, on a connection that is one-shot"
        );
        assert!(judged.sometimes.has(Sometimes::IN_FLIGHT_AT_SIGNAL));
        assert_eq!(judged.coverage.len(), 1);
    }

    #[test]
    fn server_without_phases_is_judged_by_its_visible_behaviour() {
        let silent = ready().posts("a").at(300).term().sealed(1).at(400).serves("a", false);
        let judged = judged(silent.at(401).parts("a").exits(0));
        let found: Vec<_> = judged.findings.iter().map(|it| it.check.as_str()).collect();
        assert_eq!(found, ["queue-lost", "last-answer"]);
        assert_eq!(judged.signature.map(|it| it.phase), Some(Phase::Draining));
    }

    #[test]
    fn case_that_the_engine_does_not_support_is_inconclusive() {
        let ended = Ended::Unsupported("no freezing".to_owned());
        let judged = judged(draining().sealed(3).ending(ended));
        assert_eq!((judged.verdict, judged.findings.len()), (Verdict::Inconclusive, 1));
        assert_eq!(judged.signature, None);
    }
}
