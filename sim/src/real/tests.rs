use lastorders_model::check::validate;
use lastorders_model::plan::{Contract, Draft, Fault, Gate, OperatorStep, Step, StoreStep};

use super::export;
use super::moments::{LEAST_GAP_US, Moments};
use crate::case::Case;
use crate::engine::EngineKind;
use crate::generate::Family;
use crate::subject::Subject;
use crate::sweep::{Origin, Simulator};

fn simulator() -> Simulator {
    Simulator { subject: Subject::Ours, engine: EngineKind::Event, family: Family::Mixed }
}

/// The first request is answered before the signal, the second is in flight, the third comes later.
fn case() -> Case {
    let mut draft = Draft::new("group/name", 9, Contract::default());
    draft.check("no-crash", lastorders_model::check::Level::Must);
    draft.client("early").at_us(100).connect().work().receive().close();
    draft.client("held").at_us(10_000).connect().work().receive().close();
    draft.client("late").at_us(10_003).connect().at_us(12_900).health().receive().close();
    draft.operator().at_us(12_300).signal().await_draining().await_exit();
    draft.operator_named("again").at_us(12_301).signal();
    let mut case = Case::plain(draft.finish());
    case.conditions.store.work_us = 4_000;
    case.conditions.network.buffer = 9_000;
    case
}

#[test]
fn the_real_plan_holds_the_requests_that_were_in_flight() {
    let case = case();
    let run = simulator().run(&case);
    let real = export(&case, &run.history, None);
    assert_eq!(validate(&real.plan), Ok(()));
    assert_eq!((real.held, real.plan.scenario.as_str()), (1, "simulated/plan-9"));
    assert!(real.changed[0].contains("held#1"), "{:?}", real.changed);
    let missing =
        "a socket takes 9000 bytes: the loopback interface has its own latency and buffers";
    assert!(real.missing.iter().any(|it| it == missing), "{:?}", real.missing);
    let script = |name: &str| {
        let actor = real.plan.actors.iter().find(|actor| actor.name == name).expect(name);
        lastorders_model::plan::script(&real.plan)
            .into_iter()
            .find(|(title, _)| title == &actor.name)
            .expect(name)
            .1
    };
    let held = [
        "waits for `export-warm`",
        "waits until 350 ms after the server was ready",
        "connects",
        "waits for `export-gate-closed`",
        "sends POST /work",
        "sets the mark `export-sent`",
        "receives the whole answer",
        "closes the connection",
    ];
    assert_eq!(script("held"), held);
    let late = script("late");
    assert_eq!(late[1], "waits until 400 ms after the server was ready", "{late:?}");
    assert_eq!(late[3], "waits for `export-signalled`", "{late:?}");
    let operator = [
        "waits for `export-warm`",
        "waits until 450 ms after the server was ready",
        "waits for `export-held`",
        "sends SIGTERM to the process that was started",
        "sets the mark `export-signalled`",
        "waits for the first sign of shutdown",
        "sets the mark `export-draining`",
        "waits for the exit, at most the grace period",
    ];
    assert_eq!(script("operator"), operator);
    assert!(script("again").contains(&"waits for `export-signalled`".to_owned()));
    assert!(real.plan.store_steps().contains(&&StoreStep::Hold { gate: Gate::Row }));
    for check in ["no-crash", "preconditions", "ledger", "announces-close"] {
        assert!(real.plan.checks.iter().any(|used| used.check == check), "{check}");
    }
}

#[test]
fn every_generated_case_gives_a_valid_real_plan() {
    let simulator = simulator();
    let mut held = 0;
    for seed in 0..150 {
        let case = simulator.case(Origin::from(seed));
        let real = export(&case, &simulator.run(&case).history, None);
        assert_eq!(validate(&real.plan), Ok(()), "seed {seed}");
        held += usize::from(real.held > 0);
        let moments = Moments::of(&case.plan);
        let mut plan = case.plan.clone();
        let mut times: Vec<u64> = plan.moments_mut().into_iter().map(|us| *us).collect();
        times.sort_unstable();
        times.dedup();
        for pair in times.windows(2) {
            let (one, next) = (moments.real(pair[0]), moments.real(pair[1]));
            assert!(next >= one + LEAST_GAP_US, "seed {seed}: {pair:?}");
        }
    }
    assert!(held > 20, "only {held} of 150 had something in flight");
}

/// Both events have the same time. The simulation runs the store's actor first, and a real machine
/// has no fixed order.
#[test]
fn the_real_plan_breaks_the_store_before_the_signal_like_the_case() {
    let mut draft = Draft::new("group/name", 9, Contract::default());
    draft.store().fault(Fault::BlackHole);
    draft.operator().signal().await_exit();
    let case = Case::plain(draft.finish());
    let run = simulator().run(&case);
    let real = export(&case, &run.history, None);
    assert_eq!(validate(&real.plan), Ok(()));
    let operator = real.plan.actors.iter().find(|it| it.name == "operator").expect("it is there");
    let steps = operator.role.operator_script().expect("it has the role of one");
    let signals = |step: &_| matches!(step, Step::Own(OperatorStep::Signal { .. }));
    let before = &steps[steps.iter().position(signals).expect("it signals") - 1];
    assert!(matches!(before, Step::Await { label, times: 1 } if label == "export-broken"));
}
