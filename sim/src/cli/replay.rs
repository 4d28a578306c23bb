use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufWriter};
use std::path::Path;
use std::time::Duration;

use lastorders_harness::check::{Finding, Kind, Level, Verdict};
use lastorders_harness::exit;
use lastorders_harness::history;

use super::args::ReplayArgs;
use super::{case, print};
use crate::case::Case;
use crate::check::judge;
use crate::trace::export::{chrome, jsonl, pcapng, terminal};
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
    let deadline = Duration::from_micros(case.conditions.policy.deadline_us);
    for row in terminal(&case.plan, &run.history, &judged.findings, Some(deadline)) {
        let _ = writeln!(text, "{row}");
    }
    if args.trace {
        for record in &run.trace.records {
            let _ = writeln!(text, "{}", line(record, &names));
        }
    }
    for finding in judged.findings.iter().filter(|finding| finding.kind != Kind::Note) {
        let _ = writeln!(text, "\n{}", words(finding));
    }
    if let Some(signature) = &judged.signature {
        let _ = writeln!(text, "\n{signature}");
    }
    let _ = writeln!(
        text,
        "{} on {}: {}, {} records, hash {:016x}",
        simulator.subject,
        simulator.engine,
        judged.verdict,
        run.trace.records.len(),
        run.trace.hash
    );
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

fn words(finding: &Finding) -> String {
    let Finding { check, expected, actual, .. } = finding;
    let level = match finding.level {
        Level::Must => "must",
        Level::Should => "should",
        Level::Info => "info",
    };
    let request = finding.request.as_ref().map(|name| format!(", of {name}")).unwrap_or_default();
    let at = finding.at_us.map(|us| format!(", at {us} us")).unwrap_or_default();
    format!("{check} ({level}{request}{at})\n  expected  {expected}\n  actual    {actual}")
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
