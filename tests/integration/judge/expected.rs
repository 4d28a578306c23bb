use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use lastorders_harness::report::{Colour, render};
use lastorders_harness::{Catalogue, Judge, Report, Subject};
use lastorders_model::check::Verdict;
use serde::Deserialize;

use crate::trial::CatalogueTurn;

/// The expected verdicts for a server: the scenarios that do not pass. Every other scenario must
/// pass.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Expected {
    /// A description of the server.
    pub(super) about: String,
    /// Scenarios in which the server breaks a *must*, with the reason.
    pub(super) fails: BTreeMap<String, String>,
    /// Scenarios in which the server breaks a *should*, with the reason.
    pub(super) warns: BTreeMap<String, String>,
    /// Scenarios that the server breaks too early to check their claim, with the reason.
    #[serde(default)]
    pub(super) inconclusive: BTreeMap<String, String>,
    /// Scenarios that pass or warn, depending on what is in flight when the signal comes, with the
    /// reason.
    #[serde(default)]
    pub(super) either: BTreeMap<String, String>,
    /// Scenarios that pass or are inconclusive, depending on whether an answer comes before the
    /// first sign of the shutdown, with the reason.
    #[serde(default)]
    pub(super) perhaps: BTreeMap<String, String>,
}

impl Expected {
    pub(super) fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path);
        let text = text.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Judges the server by every scenario, and panics with each verdict that differs.
    pub(super) async fn assert_verdicts(&self, judge: &Judge, subject: &Subject) {
        self.names_scenarios();
        let _turn = if self.is_loaded_until_killed() {
            CatalogueTurn::wait_alone().await
        } else {
            CatalogueTurn::wait().await
        };
        let report = judge.run(subject).await.expect("the judge finishes the run");
        let differing = self.differing(&report);
        let text = render(&report, Colour::Never);
        assert!(differing.is_empty(), "{}\n{}\n\n{text}", self.about, differing.join("\n"));
    }

    /// Whether the server serves the clients of the load until the judge kills it after its grace:
    /// the server has no deadline of its own, and tells no client to go.
    fn is_loaded_until_killed(&self) -> bool {
        let fails = |id: &str| self.fails.contains_key(id);
        fails("load/mid-load") && fails("exit/bounded-by-deadline")
    }

    fn differing(&self, report: &Report) -> Vec<String> {
        let scenarios = report.outcome.scenarios.iter();
        scenarios
            .filter_map(|outcome| {
                let (id, verdict) = (outcome.scenario.id, outcome.verdict);
                let either = [
                    (&self.either, [Verdict::Pass, Verdict::Warn]),
                    (&self.perhaps, [Verdict::Pass, Verdict::Inconclusive]),
                ];
                if either.iter().any(|(ids, verdicts)| {
                    ids.contains_key(id) && verdict.is_some_and(|came| verdicts.contains(&came))
                }) {
                    return None;
                }
                let expected_verdict = self.expected_verdict(id);
                (verdict != Some(expected_verdict))
                    .then(|| format!("{id}: expected {expected_verdict}, actual {verdict:?}"))
            })
            .collect()
    }

    fn expected_verdict(&self, id: &str) -> Verdict {
        if self.fails.contains_key(id) {
            Verdict::Fail
        } else if self.inconclusive.contains_key(id) {
            Verdict::Inconclusive
        } else if self.warns.contains_key(id) {
            Verdict::Warn
        } else {
            Verdict::Pass
        }
    }

    /// A misspelt scenario would never be compared.
    fn names_scenarios(&self) {
        let all = Catalogue::all();
        let known: BTreeSet<&str> = all.scenarios().iter().map(|scenario| scenario.id).collect();
        let lists = [&self.fails, &self.warns, &self.inconclusive, &self.either, &self.perhaps];
        for id in lists.iter().flat_map(|list| list.keys()) {
            assert!(known.contains(id.as_str()), "the catalogue has no scenario {id}");
        }
    }
}
