use std::fmt::Write as _;

use lastorders_harness::exit;

use super::args::{BugsArgs, jobs};
use super::progress::{Progress, grouped};
use super::{print, signals};
use crate::bugs::Bug;
use crate::engine::EngineKind;
use crate::subject::Subject;
use crate::sweep::{Origin, Seeds, Simulator, Work, sweep};

/// How a bug was found.
struct Found {
    /// In which case.
    origin: Origin,
    /// As what.
    signature: String,
}

/// Looks for every planted bug.
pub(super) fn bugs(args: &BugsArgs) -> Result<u8, u8> {
    let meant = |bug: &&'static Bug| {
        args.only.is_empty() || args.only.iter().any(|name| bug.name.starts_with(name))
    };
    let bugs: Vec<&'static Bug> = Bug::ALL.into_iter().filter(meant).collect();
    if bugs.is_empty() {
        print::failure("no planted bug is called so");
        return Err(exit::NOTHING_SELECTED);
    }
    let told = signals::listen().map_err(|error| {
        print::failure(&format!("signals cannot be taken: {error}"));
        exit::ENVIRONMENT
    })?;
    let mut text = format!("{:<24}{:>7}{:>9}  {}\n", "bug", "seeds", "seconds", "found as");
    let mut seeds = Vec::new();
    for bug in &bugs {
        let all = Seeds { start: 0, end: args.within };
        let progress = Progress::new(all, None, told.clone());
        let found = find(bug, args, all, &progress);
        progress.done();
        if let Some(signal) = told.by() {
            print::stdout(&text)?;
            return Ok(exit::of_signal(signal));
        }
        let seconds = progress.elapsed().as_secs_f64();
        let (n, words) = match found {
            Some(Found { origin, signature }) => {
                seeds.push(origin.seed + 1);
                (grouped(origin.seed + 1), format!("{signature} (seed {origin})"))
            }
            None => ("-".to_owned(), format!("NOT FOUND: {}", bug.wrong)),
        };
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "{:<24}{n:>7}{seconds:>9.2}  {words}", bug.name);
    }
    seeds.sort_unstable();
    let median = seeds.get(seeds.len() / 2).copied();
    let shown = median.map_or("-".to_owned(), grouped);
    let _ = writeln!(
        text,
        "{} of {} found within {} seeds each; median {shown} seeds",
        seeds.len(),
        bugs.len(),
        grouped(args.within),
    );
    print::stdout(&text)?;
    let good = seeds.len() == bugs.len() && median.is_some_and(|median| median <= args.median);
    Ok(if good { exit::PASSED } else { exit::FAILED })
}

/// The first case that fails with the bug.
fn find(bug: &'static Bug, args: &BugsArgs, seeds: Seeds, progress: &Progress) -> Option<Found> {
    let simulator = Simulator {
        subject: Subject::Planted(bug),
        engine: EngineKind::default(),
        family: args.family,
    };
    let stop_after = std::num::NonZero::new(1);
    let work = Work { seeds, jobs: jobs(args.jobs), mutate: true, stop_after };
    let swept = sweep(&simulator, &work, progress);
    let first = swept.tally.failures.into_iter().filter_map(|(signature, group)| {
        Some(Found { origin: group.cases.first()?.origin, signature })
    });
    first.min_by_key(|found| found.origin)
}
