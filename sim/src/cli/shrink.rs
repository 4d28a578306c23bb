use std::io::{self, Write as _};
use std::path::Path;

use lastorders_model::exit;

use super::args::ShrinkArgs;
use super::progress::now;
use super::story::story;
use super::{case, print, whole};
use crate::case::Case;
use crate::check::judge;
use crate::corpus::{Entry, Expected};
use crate::shrink::{Likeness, Shrunk, Size, shrink as smallest};
use crate::sweep::Simulator;

/// Makes a failing case as small as possible.
pub(super) fn shrink(args: &ShrinkArgs) -> Result<u8, u8> {
    let (simulator, case) = case::case(&args.case)?;
    let Some(known_by) = Likeness::of(&simulator, &case) else {
        print::note("the case does not fail, so shrink has nothing to do");
        return Ok(exit::PASSED);
    };
    let begun = now();
    let shrunk = smallest(&case, args.tries, |case| known_by.holds(&simulator, case));
    let seconds = begun.elapsed().as_secs_f64();
    let (before, after) = (Size::of(&case), Size::of(&shrunk.case));
    let ended = if shrunk.minimal { "nothing smaller fails" } else { "ended by --tries" };
    print::note(&format!(
        "{} actors with {} steps became {} with {}, in {} runs and {seconds:.1} s; {ended}",
        before.actors, before.steps, after.actors, after.steps, shrunk.tried
    ));
    let run = simulator.run(&shrunk.case);
    let judged = judge(&shrunk.case, &run);
    print::stdout(&story(&simulator, &shrunk.case, &run, &judged))?;
    if let (Some(file), Some(why)) = (&args.out, &args.why) {
        store(&simulator, shrunk.case, why, file)?;
    }
    Ok(exit::FAILED)
}

/// The size of a shrunk case in words.
pub(super) fn in_words(shrunk: &Shrunk) -> String {
    let Size { actors, steps, faults, .. } = Size::of(&shrunk.case);
    let end = if shrunk.minimal { "nothing smaller fails" } else { "ended before it was smallest" };
    format!("{actors} actors, {steps} steps, {faults} faults; {} runs, {end}", shrunk.tried)
}

/// Writes a file for the corpus, with the current result of the case.
pub(super) fn store(simulator: &Simulator, case: Case, why: &str, file: &Path) -> Result<(), u8> {
    let failed = judge(&case, &simulator.run(&case)).signature;
    let expected = failed.map_or(Expected::Passes, Expected::Fails);
    let Simulator { subject, engine, .. } = *simulator;
    let entry = Entry { why: why.to_owned(), subject, engine, expected, case };
    let json = serde_json::to_string_pretty(&entry).expect("an entry is plain data");
    whole::write(file, |to| writeln!(to, "{json}")).map_err(|error: io::Error| {
        print::failure(&format!("{} cannot be written: {error}", file.display()));
        exit::ENVIRONMENT
    })
}
