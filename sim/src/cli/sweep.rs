use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::Path;

use lastorders_model::exit;

use super::args::SweepArgs;
use super::options::{Selection, ShardChoice, jobs};
use super::progress::Progress;
use super::signals::{self, Interruption};
use super::summary::{self, Smaller};
use super::{print, shrink, verdict, whole};
use crate::blob::Blob;
use crate::bugs::{BUILT_IN, HINT};
use crate::shrink::{Likeness, MOST_TRIES, shrink as smallest};
use crate::sweep::{
    Machine, Options, Seeds, Shard, Sweep, Swept, Tool, Work, auto, sweep as carry_out,
};
use crate::trace::LOCK_HASH;

/// The most kinds of failures whose case is made smaller. Each may take two seconds.
const SHRUNK: usize = 5;

/// Runs many seeds.
pub(super) fn sweep(args: &SweepArgs) -> Result<u8, u8> {
    if args.time.is_none() && args.seeds.end == u64::MAX {
        return Err(print::usage("a range without an end needs --for"));
    }
    if args.time.is_some() && args.seeds.end != u64::MAX {
        return Err(print::usage(
            "--for ends the sweep: pass only the first seed, as --seeds 1000..",
        ));
    }
    let shard = shard(args.shard)?;
    if let Some(out) = &args.out {
        // Before the sweep, because a failure afterwards would lose the result.
        writable(out)?;
    }
    let interruption = signals::listen().map_err(|error| {
        print::failure(&format!("signal handlers cannot be installed: {error}"));
        exit::ENVIRONMENT
    })?;
    if !BUILT_IN && args.what.subject.is_ours() {
        print::note(&format!("this build does not take rare paths of the server; {HINT}"));
    }
    let part = shard.part(args.seeds);
    let work = Work {
        seeds: part,
        jobs: jobs(args.jobs),
        mutate: !args.no_mutants,
        stop_after: args.stop_after,
    };
    let progress = Progress::new(part, args.time, interruption.clone());
    let swept = carry_out(&args.what.simulator(), &work, &progress);
    progress.done();
    let mut result = result(args, shard, swept);
    result.interrupted = interruption.by();
    result.machine = Machine { jobs: work.jobs.get(), seconds: progress.elapsed().as_secs_f64() };
    let stored = args.out.as_deref().map_or(Ok(()), |out| store(&result, out));
    let smaller =
        if args.no_shrink { BTreeMap::new() } else { smaller(args.what, &result, &interruption) };
    let shown = print::stdout(&summary::summary(&result, &smaller));
    match verdict::code(&result) {
        // The exit code reports a proved failure even if the disk is full.
        exit::PASSED => stored.and(shown).map(|()| exit::PASSED),
        code => Ok(code),
    }
}

/// Makes the first case of each kind of failure smaller, beginning with the most frequent kinds.
fn smaller(
    what: Selection,
    result: &Sweep,
    interruption: &Interruption,
) -> BTreeMap<String, Smaller> {
    let simulator = what.simulator();
    let mut kinds: Vec<_> = result.seen.failures.iter().collect();
    kinds.sort_by_key(|(_, group)| std::cmp::Reverse(group.count));
    let mut all = BTreeMap::new();
    for (name, group) in kinds.into_iter().take(SHRUNK) {
        let Some(first) = group.cases.first() else { continue };
        if interruption.by().is_some() {
            break;
        }
        print::note(&format!("making seed {} smaller: {name}", first.origin));
        let case = simulator.case(first.origin);
        let Some(known_by) = Likeness::of(&simulator, &case) else { continue };
        let shrunk = smallest(&case, MOST_TRIES, |case| known_by.holds(&simulator, case));
        let words = shrink::in_words(&shrunk);
        let blob = Blob::new(shrunk.case, simulator.engine).to_string();
        all.insert(name.clone(), Smaller { words, blob });
    }
    all
}

/// The tool entry of this build.
pub(super) fn tool() -> Tool {
    Tool {
        name: env!("CARGO_PKG_NAME").to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        lock: LOCK_HASH.to_owned(),
    }
}

/// Writes a result completely or not at all.
pub(super) fn store(result: &Sweep, out: &Path) -> Result<(), u8> {
    whole::write(out, |to| to.write_all(result.to_json().as_bytes())).map_err(|error: io::Error| {
        print::failure(&format!("{} cannot be written: {error}", out.display()));
        exit::ENVIRONMENT
    })
}

fn result(args: &SweepArgs, shard: Shard, swept: Swept) -> Sweep {
    // A sweep for a time has no requested end, so its end is the last seed that it ran.
    let wanted = match args.time {
        Some(_) => Seeds { start: args.seeds.start, end: swept.done.end },
        None => args.seeds,
    };
    let options = Options {
        subject: args.what.subject.to_string(),
        engine: args.what.engine.to_string(),
        family: args.what.family.to_string(),
        mutate: !args.no_mutants,
    };
    Sweep::new(tool(), options, wanted, shard, swept)
}

fn shard(choice: Option<ShardChoice>) -> Result<Shard, u8> {
    match choice {
        None => Ok(Shard::WHOLE),
        Some(ShardChoice::Shard(shard)) => Ok(shard),
        Some(ShardChoice::Auto) => {
            let shard = auto(&|name| std::env::var(name).ok())
                .map_err(|error| print::usage(&error.to_string()))?;
            print::note(&format!("this is shard {shard}"));
            Ok(shard)
        }
    }
}

fn writable(out: &Path) -> Result<(), u8> {
    whole::try_out(out).map_err(|error| {
        print::failure(&format!("--out {} cannot be written: {error}", out.display()));
        exit::ENVIRONMENT
    })
}
