use lastorders_model::exit;
use lastorders_model::terminal::paint::{WIDTH, wrap};

use super::args::BlameArgs;
use super::{case, print};
use crate::blame::blame as curve;
use crate::case::Case;
use crate::check::judge;

/// Prints the probability of a failure after each event.
pub(super) fn blame(args: &BlameArgs) -> Result<u8, u8> {
    let (simulator, case) = case::case(&args.case)?;
    let signature = |case: &Case| judge(case, &simulator.run(case)).signature;
    let Some(known_by) = signature(&case) else {
        print::note("the case does not fail, so no event is to blame");
        return Ok(exit::PASSED);
    };
    let curve = curve(&case, args.draws, |case| signature(case).as_ref() == Some(&known_by));
    let about = format!(
        "how many of {} cases fail with `{known_by}` if the times up to an event are kept, and all \
         later times (of actors, links and stalls of the store) and the tail seed are drawn anew",
        args.draws
    );
    print::stdout(&format!("{}\n\n{curve}", wrap(&about, WIDTH).join("\n")))?;
    Ok(exit::FAILED)
}
