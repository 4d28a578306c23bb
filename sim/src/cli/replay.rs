use std::error::Error;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use lastorders_model::check::Verdict;
use lastorders_model::exit;
use lastorders_model::history;

use super::args::ReplayArgs;
use super::story::{page, story};
use super::{case, print, whole};
use crate::case::Case;
use crate::check::{Judged, judge};
use crate::sweep::Simulator;
use crate::trace::export::{chrome, jsonl, pcapng};
use crate::trace::{Names, line};
use crate::world::{Ended, Run, capture};

/// Runs one case again and reports it.
pub(super) fn replay(args: &ReplayArgs) -> Result<u8, u8> {
    let (simulator, case) = case::case(&args.case)?;
    let run = match args.out {
        Some(_) => capture(|| simulator.run(&case)),
        None => simulator.run(&case),
    };
    let judged = judge(&case, &run);
    // Writing to a `String` cannot fail.
    let mut text = String::new();
    if args.trace {
        let names = Names::of(&case.plan);
        for record in &run.trace.records {
            let _ = writeln!(text, "{}", line(record, &names));
        }
    }
    text.push_str(&story(&simulator, &case, &run, &judged));
    print::stdout(&text)?;
    if let Some(folder) = &args.out {
        export(folder, &simulator, &case, &run, &judged).map_err(|error| {
            print::failure(&format!("{} cannot be written: {error}", folder.display()));
            exit::ENVIRONMENT
        })?;
    }
    Ok(match (judged.verdict, &run.ended) {
        (Verdict::Fail, _) => exit::FAILED,
        (Verdict::Inconclusive, _) | (_, Ended::Unsupported(_)) => exit::INCONCLUSIVE,
        (Verdict::Pass | Verdict::Warn, _) => exit::PASSED,
    })
}

/// Writes all files of a run.
fn export(
    folder: &Path,
    simulator: &Simulator,
    case: &Case,
    run: &Run,
    judged: &Judged,
) -> Result<(), Box<dyn Error>> {
    std::fs::create_dir_all(folder)?;
    let (records, names) = (&run.trace.records, Names::of(&case.plan));
    let write = |name: &str, fill: Fill<'_>| whole::write(&folder.join(name), fill);
    write("case.json", &|to| Ok(serde_json::to_writer_pretty(to, case)?))?;
    write("history.jsonl", &|to| Ok(history::write(to, &case.plan, &run.history)?))?;
    write("trace.jsonl", &|to| Ok(jsonl(records, &names, to)?))?;
    write("trace.chrome.json", &|to| Ok(chrome(records, &names, to)?))?;
    write("packets.pcapng", &|to| Ok(pcapng(&run.packets, to)?))?;
    let page = page(simulator, case, run, judged);
    write("timeline.html", &|to| Ok(to.write_all(page.as_bytes())?))
}

/// Writes the content of a file.
type Fill<'a> = &'a dyn Fn(&mut BufWriter<File>) -> Result<(), Box<dyn Error>>;
