use std::fmt::Write as _;
use std::time::Duration;

use lastorders_harness::exit;

use super::args::ShrinkArgs;
use super::clock::now;
use super::summary::reproduce;
use super::{case, print};
use crate::blob::Blob;
use crate::case::Case;
use crate::check::{Signature, judge};
use crate::shrink::{Shrunk, Size, shrink as make_smaller};
use crate::sweep::Simulator;

/// How many cases are carried out at most to make one smaller.
const TRIES: u32 = 20_000;

/// How long a person waits for it.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);

/// Makes a failing case smaller.
pub(super) fn shrink(args: &ShrinkArgs) -> Result<u8, u8> {
    let (simulator, case) = case::case(&args.case)?;
    let Some(signature) = signature(&simulator, &case) else {
        print::stdout("it does not fail: there is nothing to make smaller\n")?;
        return Ok(exit::PASSED);
    };
    let before = Size::of(&case);
    let shrunk = smaller(&simulator, &case, &signature, args.time);
    if let Some(out) = &args.out {
        let text = serde_json::to_string_pretty(&shrunk.case).unwrap_or_default();
        std::fs::write(out, text + "\n").map_err(|error| {
            print::failure(&format!("{} could not be written: {error}", out.display()));
            exit::ENVIRONMENT
        })?;
    }
    let mut text = format!("{signature}\n");
    // Writing to a `String` cannot fail.
    let _ = writeln!(text, "from {}", size(before));
    let _ = writeln!(text, "to   {}", told(&shrunk));
    let blob = Blob::new(shrunk.case, simulator.engine).to_string();
    let _ = writeln!(text, "{}", reproduce(&simulator.subject.to_string(), &blob));
    print::stdout(&text)?;
    Ok(exit::FAILED)
}

/// Makes a case smaller as long as it fails with the same signature, for so long at most.
pub(super) fn smaller(
    simulator: &Simulator,
    case: &Case,
    wanted: &Signature,
    time: Duration,
) -> Shrunk {
    let until = now() + time;
    let mut late = false;
    let mut shrunk = make_smaller(case, TRIES, |candidate| {
        late |= now() >= until;
        !late && signature(simulator, candidate).as_ref() == Some(wanted)
    });
    shrunk.minimal &= !late;
    shrunk
}

/// What a case fails with.
pub(super) fn signature(simulator: &Simulator, case: &Case) -> Option<Signature> {
    judge(case, &simulator.run(case)).signature
}

/// How small it has become, for people.
pub(super) fn told(shrunk: &Shrunk) -> String {
    let end =
        if shrunk.minimal { "nothing smaller fails so" } else { "there was no time for more" };
    format!("{}; {} runs, {end}", size(Size::of(&shrunk.case)), shrunk.tried)
}

fn size(size: Size) -> String {
    let Size { actors, steps, faults, .. } = size;
    format!("{actors} actors, {steps} steps, {faults} faults")
}
