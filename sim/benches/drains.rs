//! Simulated drains of 30 s a second, on all processors, with checks and trace: our engine and
//! turmoil 0.7 on the same plan, in turns, so that a busy machine slows both.
//!
//!   cargo ci bench-sim [-- SECONDS]     length of a turn, 2 by default

use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use lastorders_model::check::Verdict;
use lastorders_model::plan::{Contract, Draft};
use lastorders_sim::case::{Case, Conditions, PolicySpec, StoreConditions};
use lastorders_sim::check::judge;
use lastorders_sim::engine::EngineKind;
use lastorders_sim::subject::Subject;
use lastorders_sim::world::{Ended, carry_out};

// The program uses the same allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Turns of each engine. The median counts.
const TURNS: usize = 3;

/// Duration of the work in flight at the signal.
const DRAIN: Duration = Duration::from_secs(30);

/// Connections, and the least drains a second on two processors.
const GATES: [(usize, f64); 2] = [(4, 12_000.0), (16, 3_000.0)];

fn main() -> ExitCode {
    let seconds = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(2);
    let turn = Duration::from_secs(seconds);
    let threads = thread::available_parallelism().map_or(2, std::num::NonZero::get);
    println!("drains of {} s a second, on {threads} processors\n", DRAIN.as_secs());
    println!(
        "{:>11}{:>12}{:>14}{:>10}{:>10}",
        "connections", "ours", "turmoil 0.7", "ratio", "gate"
    );
    let mut good = true;
    for (connections, gate) in GATES {
        let case = case(connections);
        let can = EngineKind::ALL.map(|engine| sound(&case, engine));
        let mut rates = [Vec::new(), Vec::new()];
        for _ in 0..TURNS {
            for ((engine, can), rates) in EngineKind::ALL.into_iter().zip(&can).zip(&mut rates) {
                rates.extend(can.is_ok().then(|| rate(&case, engine, threads, turn)));
            }
        }
        let [ours, theirs] = rates.map(median);
        let ratio = ours.zip(theirs).map(|(ours, theirs)| ours / theirs);
        println!(
            "{connections:>11}{:>12}{:>14}{:>10}{gate:>10.0}",
            shown(ours, ""),
            shown(theirs, ""),
            shown(ratio, "x")
        );
        for why in can.iter().filter_map(|can| can.as_ref().err()) {
            println!("            {why}");
        }
        good &= ratio.is_some() && ours.is_some_and(|ours| ours >= gate);
    }
    if good {
        return ExitCode::SUCCESS;
    }
    println!("\na rate is below its gate, or an engine cannot run the plan");
    ExitCode::FAILURE
}

/// A plan with used connections. At the signal each has a job in flight that takes 30 s.
fn case(connections: usize) -> Case {
    // The orchestrator and the clients wait long enough.
    let contract = Contract { answer_ms: 60_000, grace_ms: 90_000, ..Contract::default() };
    let mut draft = Draft::new("bench/drain", 1, contract);
    for n in 0..connections {
        draft.client(&format!("client-{n}")).connect().health().receive().work().receive();
    }
    draft.operator().at_us(100_000).signal().await_draining().await_exit();
    let us = |time: Duration| u64::try_from(time.as_micros()).expect("it is short");
    let work_us = us(DRAIN);
    Case {
        conditions: Conditions {
            policy: PolicySpec { deadline_us: us(2 * DRAIN), ..PolicySpec::default() },
            store: StoreConditions { work_us, pool: 64, ..StoreConditions::default() },
            ..Conditions::default()
        },
        ..Case::plain(draft.finish())
    }
}

/// Checks that the measured run is a drain of 30 s without a loss. Fails if the engine cannot run
/// the plan.
fn sound(case: &Case, engine: EngineKind) -> Result<(), String> {
    let run = carry_out(case, Subject::Ours, engine);
    if let Ended::Unsupported(why) = &run.ended {
        return Err(format!("{engine}: {why}"));
    }
    let judged = judge(case, &run);
    let last = run.history.events.last().map_or(0, |event| event.at_us);
    assert_eq!(run.ended, Ended::Done, "on {engine}");
    assert_eq!(judged.verdict, Verdict::Pass, "on {engine}: {:?}", judged.findings);
    assert!(Duration::from_micros(last) >= DRAIN, "on {engine} it took only {last} us");
    Ok(())
}

fn rate(case: &Case, engine: EngineKind, threads: usize, turn: Duration) -> f64 {
    let done = AtomicU64::new(0);
    let begun = now();
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while begun.elapsed() < turn {
                    let run = carry_out(case, Subject::Ours, engine);
                    std::hint::black_box(judge(case, &run));
                    done.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    done.load(Ordering::Relaxed) as f64 / begun.elapsed().as_secs_f64()
}

fn median(mut rates: Vec<f64>) -> Option<f64> {
    rates.sort_by(f64::total_cmp);
    rates.get(rates.len() / 2).copied()
}

fn shown(rate: Option<f64>, unit: &str) -> String {
    rate.map_or("-".to_owned(), |rate| format!("{rate:.0}{unit}"))
}

#[expect(clippy::disallowed_methods, reason = "the bench measures real time")]
fn now() -> Instant {
    Instant::now()
}
