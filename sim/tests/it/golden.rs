//! Golden hashes: ten scenarios of the catalogue give the traces in `sim/golden.txt`, for one
//! version of the engine and one set of packages. The scenarios have no injected bug and no rare
//! path, so builds with and without `--cfg lastorders_sim` give the same traces.

use std::fmt::Write as _;
use std::path::Path;

use lastorders_model::plan::Contract;
use lastorders_model::scenario::Catalogue;
use lastorders_sim::case::Case;
use lastorders_sim::engine::EngineKind;
use lastorders_sim::subject::Subject;
use lastorders_sim::trace::{ENGINE_VERSION, PACKAGES_HASH};
use lastorders_sim::world::carry_out;

const SCENARIOS: [&str; 10] = [
    "contract/bad-request",
    "contract/concurrent-work",
    "inflight/completes",
    "inflight/queued-behind-pool",
    "health/draining",
    "connections/idle-closed",
    "connections/silent-preconnect",
    "door/no-black-hole",
    "signal/second-sigterm",
    "exit/bounded-by-deadline",
];

/// The seed of every plan.
const SEED: u64 = 7;

/// If this variable is set, the test writes the file again.
const RENEW: &str = "LASTORDERS_SIM_RENEW_GOLDEN";

const COMMAND: &str = "LASTORDERS_SIM_RENEW_GOLDEN=1 cargo test -p lastorders-sim --test it golden";

/// The content of the file for this build.
fn golden() -> String {
    let mut text = format!("engine {ENGINE_VERSION}\nlock {PACKAGES_HASH}\n");
    let catalogue = Catalogue::all().only(&SCENARIOS);
    assert_eq!(catalogue.scenarios().len(), SCENARIOS.len(), "a scenario has another name now");
    for scenario in catalogue.scenarios() {
        let case = Case::plain(scenario.plan(SEED, &Contract::default()));
        let trace = carry_out(&case, Subject::Ours, EngineKind::Event).trace;
        writeln!(text, "{} {:016x}", scenario.id, trace.hash).expect("a string takes everything");
    }
    text
}

/// The differences of two files, line by line; `None` if they are equal.
fn drift(written: &str, now: &str) -> Option<String> {
    if written == now {
        return None;
    }
    let head = |text: &str| text.lines().take(2).collect::<Vec<_>>().join(", ");
    let mut said = if head(written) == head(now) {
        "the same packages and the same engine give other runs: the server, the world or the \
         model's actors changed, on purpose or by accident"
            .to_owned()
    } else {
        let (was, is) = (head(written), head(now));
        format!(
            "golden.txt is from [{was}], this build is [{is}]: renew the file, or it proves nothing"
        )
    };
    let lines = |text: &'_ str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let (old, new) = (lines(written), lines(now));
    let gone = old.iter().filter(|line| !new.contains(line)).map(|line| format!("\n  old: {line}"));
    let come = new.iter().filter(|line| !old.contains(line)).map(|line| format!("\n  new: {line}"));
    said.extend(gone.chain(come));
    Some(format!("{said}\nif the change is on purpose: {COMMAND}"))
}

#[test]
fn ten_scenarios_give_the_golden_traces() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden.txt");
    let now = golden();
    assert_eq!(now, golden(), "two runs differ: cargo sim audit says where");
    if std::env::var_os(RENEW).is_some() {
        std::fs::write(&file, &now).expect("golden.txt can be written");
        return;
    }
    let written = std::fs::read_to_string(&file).expect("golden.txt is checked in");
    if let Some(said) = drift(&written, &now) {
        panic!("{said}");
    }
}

#[test]
fn a_changed_golden_hash_is_reported_with_old_new_and_the_command() {
    let file = |lock, hash| format!("engine 1\nlock {lock}\na/b {hash}\nc/d 2\n");
    assert_eq!(drift(&file("x", 1), &file("x", 1)), None);
    let said = drift(&file("x", 1), &file("x", 3)).expect("it drifted");
    assert!(said.starts_with("the same packages"), "{said}");
    assert!(said.contains("\n  old: a/b 1\n  new: a/b 3\n"), "{said}");
    assert!(!said.contains("c/d") && said.ends_with(COMMAND), "{said}");
    let said = drift(&file("x", 1), &file("y", 1)).expect("it is of another lock file");
    assert!(said.starts_with("golden.txt is from [engine 1, lock x]"), "{said}");
    assert!(said.contains("proves nothing") && said.ends_with(COMMAND), "{said}");
}
