//! The catalogue's plans in both worlds: a process with a real Postgres, and the same code in the
//! simulator. Both worlds give the same verdicts on the reference and on three servers with known
//! bugs.

use std::collections::BTreeMap;

use lastorders_harness::report::{Colour, render};
use lastorders_harness::{Judge, Subject as Real};
use lastorders_model::check::{Finding, Verdict, judge};
use lastorders_model::plan::Contract;
use lastorders_model::scenario::{Catalogue, Scenario};
use lastorders_sim::bugs::Bug;
use lastorders_sim::case::Case;
use lastorders_sim::engine::EngineKind;
use lastorders_sim::subject::Subject;
use lastorders_sim::world::{LEFT_OUT, carry_out};

use crate::built::program;
use crate::trial::CatalogueTurn;

/// The seed of every plan in both worlds.
const SEED: u64 = 7;

/// The variable that selects the program's bug, in a build with `--cfg lastorders_sim`.
const INJECT: &str = "LASTORDERS_INJECT";

fn catalogue() -> Catalogue {
    let left_out: Vec<_> = LEFT_OUT.iter().map(|it| it.scenario).collect();
    Catalogue::all().skip(&left_out)
}

fn simulated(scenario: &Scenario, subject: Subject) -> (Verdict, Vec<Finding>) {
    let case = Case::plain(scenario.plan(SEED, &Contract::default()));
    let run = carry_out(&case, subject, EngineKind::Event);
    judge(&case.plan, &run.history)
}

/// Runs on its own thread, because a simulation is a runtime, and runtimes do not nest.
fn all_simulated(subject: Subject) -> Vec<(Scenario, (Verdict, Vec<Finding>))> {
    let all = move || {
        let catalogue = catalogue();
        let scenarios = catalogue.scenarios().iter();
        scenarios.map(|scenario| (*scenario, simulated(scenario, subject))).collect()
    };
    std::thread::spawn(all).join().expect("the simulator does not panic")
}

/// Judges a server in both worlds. The server must fail in at least `fails` scenarios, because a
/// bad server that passes everywhere would compare nothing.
///
/// Not for bugs whose verdict varies in the real world. For example, a release without a bound
/// still ends if the pool is marked closed before an abandoned session returns to it.
async fn gives_the_same_verdicts(bug: Option<&str>, fails: usize) {
    let subject = bug.map_or(Subject::Ours, |name| {
        Subject::Injected(Bug::find(name).expect("the simulator lists the bug"))
    });
    let mut real = Real::command(program("lastorders-server"));
    if let Some(name) = bug {
        real = real.env(INJECT, name);
    }
    let turn = CatalogueTurn::wait().await;
    let judge = Judge::new().catalogue(catalogue()).seed(SEED);
    let report = judge.run(&real).await.expect("the judge can do its part");
    drop(turn);
    let real: BTreeMap<_, _> =
        report.outcome.scenarios.iter().map(|it| (it.scenario.id, it.verdict)).collect();
    let mut differ = Vec::new();
    let mut failed = 0;
    for (scenario, (here, findings)) in all_simulated(subject) {
        let there = real.get(scenario.id).copied().flatten();
        failed += usize::from(here == Verdict::Fail);
        if there != Some(here) {
            differ.push(format!("{}: real {there:?}, simulated {here}: {findings:?}", scenario.id));
        }
    }
    assert!(differ.is_empty(), "{}\n\n{}", differ.join("\n"), render(&report, Colour::Never));
    assert!(
        failed >= fails,
        "{subject} fails in {failed} scenarios, and at least {fails} were expected"
    );
}

pub(crate) fn tests() -> Vec<crate::trial::Test> {
    crate::tests![
        async reference_passes_every_plan_in_both_worlds [Postgres];
    ]
}

async fn reference_passes_every_plan_in_both_worlds() {
    gives_the_same_verdicts(None, 0).await;
}

#[cfg(lastorders_sim)]
pub(crate) mod injected {
    use super::gives_the_same_verdicts;

    pub(crate) fn tests() -> Vec<crate::trial::Test> {
        crate::tests![
            async a_pool_that_is_released_first_is_found_in_both_worlds [Postgres];
            async a_second_signal_that_kills_is_found_in_both_worlds [Postgres];
            async an_exit_code_that_is_always_1_is_found_in_both_worlds [Postgres];
        ]
    }

    async fn a_pool_that_is_released_first_is_found_in_both_worlds() {
        gives_the_same_verdicts(Some("pool-first"), 1).await;
    }

    async fn a_second_signal_that_kills_is_found_in_both_worlds() {
        gives_the_same_verdicts(Some("second-signal-fatal"), 1).await;
    }

    async fn an_exit_code_that_is_always_1_is_found_in_both_worlds() {
        gives_the_same_verdicts(Some("canary"), 1).await;
    }
}
