use std::fmt::Write as _;

use lastorders_harness::check::Verdict;
use lastorders_harness::exit;

use super::args::ReplayArgs;
use super::story::story;
use super::{case, print};
use crate::check::judge;
use crate::trace::{Names, line};
use crate::world::Ended;

/// Carries one case out again.
pub(super) fn replay(args: &ReplayArgs) -> Result<u8, u8> {
    let (simulator, case) = case::case(&args.case)?;
    let run = simulator.run(&case);
    let judged = judge(&case, &run);
    let mut text = String::new();
    // Writing to a `String` cannot fail.
    if args.trace {
        for record in &run.trace.records {
            let _ = writeln!(text, "{}", line(record, &Names::default()));
        }
    }
    text.push_str(&story(&simulator, &case, &run, &judged));
    print::stdout(&text)?;
    Ok(match (judged.verdict, &run.ended) {
        (Verdict::Fail, _) => exit::FAILED,
        (Verdict::Inconclusive, _) | (_, Ended::Unsupported(_)) => exit::INCONCLUSIVE,
        (Verdict::Pass | Verdict::Warn, _) => exit::PASSED,
    })
}
