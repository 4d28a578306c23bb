use std::fmt::Write as _;

use lastorders_model::exit;

use super::args::BugsArgs;
use super::options::jobs;
use super::print;
use super::progress::{grouped, now};
use super::signals::{self, Interruption};
use crate::bugs::{Bug, NotBuiltIn};
use crate::check::Signature;
use crate::engine::EngineKind;
use crate::shrink::Likeness;
use crate::subject::Subject;
use crate::sweep::{Simulator, first_failure};

/// The first failure of a bug.
struct Found {
    /// The seed.
    seed: u64,
    /// The signature of the failure.
    signature: Signature,
}

/// Looks for every injected bug.
pub(super) fn bugs(args: &BugsArgs) -> Result<u8, u8> {
    let BugsArgs { seeds: range, .. } = args;
    if range.end == u64::MAX {
        return Err(print::usage("--seeds must have an end, as --seeds 0..5000"));
    }
    if range.is_empty() {
        print::failure(&format!("cannot look for bugs: --seeds {range} has no seed"));
        return Err(exit::NOTHING_SELECTED);
    }
    let bugs = chosen(&args.only)?;
    let interruption = signals::listen().map_err(|error| {
        print::failure(&format!("signal handlers cannot be installed: {error}"));
        exit::ENVIRONMENT
    })?;
    let mut text = format!("{:<24}{:>7}{:>9}  {}\n", "bug", "seeds", "seconds", "found as");
    let mut needed = Vec::new();
    for bug in &bugs {
        let begun = now();
        let found = find(bug, args, &interruption);
        if let Some(signal) = interruption.by() {
            print::stdout(&text)?;
            return Ok(exit::of_signal(signal));
        }
        let seconds = now().duration_since(begun).as_secs_f64();
        let (n, words) = match found {
            Some(Found { seed, signature }) => {
                let seeds = seed - range.start + 1;
                needed.push(seeds);
                let named = bug.found_by.contains(&signature.check.as_str());
                let note =
                    if named { "" } else { ", by a check that the table of bugs does not name" };
                (grouped(seeds), format!("{signature} (seed {seed}{note})"))
            }
            None => ("-".to_owned(), format!("NOT FOUND: {}", bug.wrong)),
        };
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "{:<24}{n:>7}{seconds:>9.2}  {words}", bug.name);
    }
    needed.sort_unstable();
    let median = needed.get(needed.len() / 2).copied();
    let shown = median.map_or("-".to_owned(), grouped);
    let _ = writeln!(
        text,
        "{} of {} found in the seeds {range}; median {shown} seeds",
        needed.len(),
        bugs.len(),
    );
    print::stdout(&text)?;
    let good = needed.len() == bugs.len() && median.is_some_and(|median| median <= args.median);
    Ok(if good { exit::PASSED } else { exit::FAILED })
}

/// The bugs whose names begin with one of these words; all bugs if there are no words.
fn chosen(only: &[String]) -> Result<Vec<&'static Bug>, u8> {
    let is_meant =
        |bug: &&'static Bug| only.is_empty() || only.iter().any(|name| bug.name.starts_with(name));
    let bugs: Vec<&'static Bug> = Bug::ALL.into_iter().filter(is_meant).collect();
    if bugs.is_empty() {
        let all: Vec<_> = Bug::ALL.iter().map(|bug| bug.name).collect();
        print::failure(&format!(
            "cannot look for {}: no injected bug has a name that begins so; there are: {}",
            only.join(", "),
            all.join(" ")
        ));
        return Err(exit::NOTHING_SELECTED);
    }
    let absent = bugs.iter().filter(|bug| bug.check_built_in().is_err());
    let absent: Vec<_> = absent.map(|bug| bug.name).collect();
    if absent.is_empty() { Ok(bugs) } else { Err(print::usage(&NotBuiltIn(absent).to_string())) }
}

/// The first seed whose case fails with the bug and passes without it. A case that fails without
/// the bug would prove nothing.
fn find(bug: &'static Bug, args: &BugsArgs, interruption: &Interruption) -> Option<Found> {
    let with = |subject| Simulator { subject, engine: EngineKind::default(), family: args.family };
    let (buggy, ours) = (with(Subject::Injected(bug)), with(Subject::Ours));
    let fails = |seed: u64| {
        let case = buggy.case(seed.into());
        Likeness::of(&buggy, &case).is_some() && Likeness::of(&ours, &case).is_none()
    };
    let seed = first_failure(args.seeds, jobs(args.jobs), &fails, &|| interruption.by().is_none())?;
    let signature = Likeness::of(&buggy, &buggy.case(seed.into()))?.signature;
    Some(Found { seed, signature })
}
