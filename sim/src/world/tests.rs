//! The catalogue in the simulated world.

use lastorders_harness::check::{Verdict, judge};
use lastorders_harness::plan::Contract;
use lastorders_harness::scenario::Catalogue;

use super::carry_out;
use crate::case::Case;
use crate::engine::EngineKind;
use crate::subject::Subject;

/// What this world cannot carry out, and why.
const LEFT_OUT: &[(&str, &str)] = &[("load/mid-load", "its clients share an HTTP library's pool")];

#[test]
fn ours_passes_the_catalogue() {
    for scenario in Catalogue::all().scenarios() {
        let case = Case::plain(scenario.plan(7, &Contract::default()));
        let run = carry_out(&case, Subject::Ours, EngineKind::Event);
        let (verdict, findings) = judge(&case.plan, &run.history);
        let left_out = LEFT_OUT.iter().any(|(id, _)| *id == scenario.id);
        let expected = if left_out { Verdict::Inconclusive } else { Verdict::Pass };
        assert_eq!(verdict, expected, "{}: {findings:#?}", scenario.id);
    }
}
