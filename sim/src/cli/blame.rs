use lastorders_model::exit;
use lastorders_model::terminal::paint::{WIDTH, wrap};

use super::args::BlameArgs;
use super::{case, print};
use crate::blame::blame as curve;
use crate::case::Case;
use crate::check::judge;

/// Says after which event a failure could not be averted any more.
pub(super) fn blame(args: &BlameArgs) -> Result<u8, u8> {
    let (simulator, case) = case::case(&args.case)?;
    let signature = |case: &Case| judge(case, &simulator.run(case)).signature;
    let Some(known_by) = signature(&case) else {
        print::note("it does not fail, so nothing is to blame");
        return Ok(exit::PASSED);
    };
    let curve = curve(&case, args.draws, |case| signature(case).as_ref() == Some(&known_by));
    let about = format!(
        "how many of {} cases fail with `{known_by}` if all is as it was up to an event, and the \
         times of all later ones (when actors go on, links change, the store stands still) and \
         the tail seed are drawn anew",
        args.draws
    );
    print::stdout(&format!("{}\n\n{curve}", wrap(&about, WIDTH).join("\n")))?;
    Ok(exit::FAILED)
}
