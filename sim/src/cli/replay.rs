use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufWriter};
use std::path::Path;

use lastorders_harness::check::Verdict;
use lastorders_harness::exit;
use lastorders_harness::history;

use super::args::ReplayArgs;
use super::story::story;
use super::{case, print};
use crate::case::Case;
use crate::check::judge;
use crate::trace::export::{chrome, jsonl, pcapng};
use crate::trace::{Names, line};
use crate::world::{Ended, Run, capture};

/// Carries one case out again, and says what happened.
pub(super) fn replay(args: &ReplayArgs) -> Result<u8, u8> {
    let (simulator, case) = case::case(&args.case)?;
    let run = match args.out {
        Some(_) => capture(|| simulator.run(&case)),
        None => simulator.run(&case),
    };
    let judged = judge(&case, &run);
    let names = names(&case);
    // Writing to a `String` cannot fail.
    let mut text = String::new();
    if args.trace {
        for record in &run.trace.records {
            let _ = writeln!(text, "{}", line(record, &names));
        }
    }
    text.push_str(&story(&simulator, &case, &run, &judged));
    print::stdout(&text)?;
    if let Some(folder) = &args.out {
        export(folder, &case, &run, &names).map_err(|error| {
            print::failure(&format!("{} could not be written: {error}", folder.display()));
            exit::ENVIRONMENT
        })?;
    }
    Ok(match (judged.verdict, &run.ended) {
        (Verdict::Fail, _) => exit::FAILED,
        (Verdict::Inconclusive, _) | (_, Ended::Unsupported(_)) => exit::INCONCLUSIVE,
        (Verdict::Pass | Verdict::Warn, _) => exit::PASSED,
    })
}

/// The hosts' names: the server, the balancer, and the plan's actors.
fn names(case: &Case) -> Names {
    let actors = case.plan.actors.iter().map(|actor| actor.name.clone());
    let hosts = ["server".to_owned(), "balancer".to_owned()].into_iter().chain(actors);
    Names { hosts: hosts.collect(), ..Names::default() }
}

/// Everything of a run, for other programs.
fn export(folder: &Path, case: &Case, run: &Run, names: &Names) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let file = |name: &str| File::create(folder.join(name)).map(BufWriter::new);
    serde_json::to_writer_pretty(file("case.json")?, case)?;
    history::write(file("history.jsonl")?, &case.plan, &run.history)?;
    jsonl(&run.trace.records, names, file("trace.jsonl")?)?;
    chrome(&run.trace.records, names, file("trace.chrome.json")?)?;
    pcapng(&run.packets, file("packets.pcapng")?).map_err(io::Error::other)
}
