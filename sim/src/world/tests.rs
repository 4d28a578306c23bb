//! The catalogue in the simulated world.

use lastorders_harness::check::judge;
use lastorders_harness::plan::Contract;
use lastorders_harness::scenario::Catalogue;

use super::carry_out;
use crate::case::Case;
use crate::engine::EngineKind;
use crate::subject::Subject;

#[test]
fn the_catalogue() {
    for scenario in Catalogue::all().scenarios() {
        let plan = scenario.plan(7, &Contract::default());
        let case = Case::plain(plan);
        let run = carry_out(&case, Subject::Ours, EngineKind::Event);
        let (verdict, findings) = judge(&case.plan, &run.history);
        println!(
            "{:40} {verdict} {:?} {} records {:016x}",
            scenario.id,
            run.ended,
            run.trace.records.len(),
            run.trace.hash
        );
        for finding in findings.iter().take(4) {
            println!("      {}: expected {}; {}", finding.check, finding.expected, finding.actual);
        }
    }
}
