use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use super::progress::{grouped, per_second};
use super::verdict;
use crate::bugs::BUILT_IN;
use crate::subject::Subject;
use crate::sweep::{FailureGroup, Sweep};

/// The shell command for this build of the program, without arguments. A line that reproduces a
/// case begins with this command, because another build may take other paths.
pub const COMMAND: &str =
    if BUILT_IN { "cargo sim" } else { "cargo run --quiet --release --package lastorders-sim --" };

/// The most reported faults of the simulator.
const FAULTS: usize = 3;

/// A failing case that was made smaller.
pub(super) struct Smaller {
    /// The size in words.
    pub(super) words: String,
    /// The argument of `replay`.
    pub(super) blob: String,
}

/// The summary of a sweep. The last line is [`last_line`].
pub(super) fn summary(sweep: &Sweep, smaller: &BTreeMap<String, Smaller>) -> String {
    let mut text = String::new();
    head(&mut text, sweep);
    failures(&mut text, sweep, smaller);
    sometimes(&mut text, sweep);
    let seen = &sweep.seen;
    if !seen.coverage.is_empty() {
        let _ = writeln!(text, "\ncoverage\n{}", seen.covered().matrix());
    }
    for fault in seen.faults.iter().take(FAULTS) {
        let _ =
            writeln!(text, "\na fault of the simulator in seed {}:\n{}", fault.origin, fault.what);
    }
    if let Some(why) = verdict::why(sweep) {
        let _ = writeln!(text, "\n{why}");
    }
    let _ = writeln!(text, "\n{}", last_line(sweep));
    text
}

/// The summary in one line.
pub(super) fn last_line(sweep: &Sweep) -> String {
    let seen = &sweep.seen;
    let all = seen.sometimes.len();
    let reached = all - seen.unreached().len();
    let partial = if sweep.is_complete() { "" } else { ", partial" };
    format!(
        "{} seeds{partial}: {} failures, sometimes {reached}/{all}, {} simulator faults, hash {}",
        seen.seeds,
        seen.failed(),
        seen.faults.len(),
        sweep.hash,
    )
}

// Writing to a `String` cannot fail, so this file ignores the results.
fn head(text: &mut String, sweep: &Sweep) {
    let Sweep { options, seen, machine, .. } = sweep;
    let _ = write!(text, "{} on {}, {} cases", options.subject, options.engine, options.family);
    let done: Vec<_> = sweep.done.iter().map(ToString::to_string).collect();
    let done = if done.is_empty() { "none".to_owned() } else { done.join(" and ") };
    let _ = match sweep.is_whole() {
        true => writeln!(text, ", seeds {done}"),
        false => writeln!(text, ", shard {} of {}: seeds {done}", sweep.shard, sweep.wanted),
    };
    let simulated = seen.seeds + seen.mutants;
    let time = Duration::from_secs_f64(machine.seconds.max(0.0));
    let virtual_time = Duration::from_secs(seen.virtual_us / 1_000_000);
    let _ = writeln!(
        text,
        "simulated  {} shutdowns ({} of them mutants of rare cases) that took {}\n\
         in         {:.1} s of {} threads: {} a second\n\
         audited    {} of them, run twice more and compared",
        grouped(simulated),
        grouped(seen.mutants),
        humantime::format_duration(virtual_time),
        machine.seconds,
        machine.jobs,
        per_second(simulated, time),
        grouped(seen.audited),
    );
    for (why, n) in &seen.unsupported {
        let _ = writeln!(text, "skipped    {} that this engine cannot run: {why}", grouped(*n));
    }
}

fn failures(text: &mut String, sweep: &Sweep, smaller: &BTreeMap<String, Smaller>) {
    let groups = &sweep.seen.failures;
    if groups.is_empty() {
        return;
    }
    let _ = writeln!(text, "\nfailures   {} in {} kinds", sweep.seen.failed(), groups.len());
    let mut sorted: Vec<(&String, &FailureGroup)> = groups.iter().collect();
    sorted.sort_by_key(|(_, group)| std::cmp::Reverse(group.count));
    for (signature, group) in sorted {
        let _ = writeln!(text, "{:>8} × {signature}", grouped(group.count));
        if let Some(first) = group.cases.first() {
            let smaller = smaller.get(signature);
            let words = smaller.map(|it| format!(", made smaller: {}", it.words));
            let words = words.unwrap_or_default();
            let blob = smaller.map_or(&first.blob, |it| &it.blob);
            let _ = writeln!(text, "           first in seed {}{words}", first.origin);
            let _ = writeln!(text, "           {}", reproduce(&sweep.options.subject, blob));
        }
    }
}

/// The command that reproduces a case.
pub(super) fn reproduce(subject: &str, blob: &str) -> String {
    if subject == Subject::Ours.to_string() {
        format!("{COMMAND} replay '{blob}'")
    } else {
        format!("{COMMAND} replay --subject {subject} '{blob}'")
    }
}

fn sometimes(text: &mut String, sweep: &Sweep) {
    let _ = writeln!(text, "\nsometimes");
    for (what, n) in &sweep.seen.sometimes {
        let n = if *n == 0 { "never".to_owned() } else { grouped(*n) };
        let _ = writeln!(text, "{n:>10} × {what}");
    }
    if !verdict::must_reach_all(sweep) && !sweep.seen.unreached().is_empty() {
        let enough = grouped(verdict::ENOUGH);
        let _ = writeln!(
            text,
            "           all are required in a whole sweep of ours, mixed, of {enough} seeds or more"
        );
    }
}
