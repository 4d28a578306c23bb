use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use lastorders_harness::exit;

use super::args::CaseArgs;
use super::shrink::store;
use super::story;
use super::{case, print};
use crate::case::Case;
use crate::check::judge;
use crate::real;
use crate::sweep::Simulator;
use crate::trace::{Names, export as files};
use crate::world::capture;

#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    #[command(flatten)]
    pub(super) case: CaseArgs,
    /// As what.
    #[arg(long, value_name = "FORMAT", value_enum)]
    pub(super) format: Format,
    /// Where it goes.
    #[arg(long, value_name = "FILE")]
    pub(super) out: PathBuf,
    /// Why it is kept, in a sentence: for the corpus alone.
    #[arg(long, value_name = "SENTENCE", required_if_eq("format", "corpus"))]
    pub(super) why: Option<String>,
}

/// `--format`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Every record of the trace as a line of JSON.
    Jsonl,
    /// The packets, for Wireshark.
    Pcapng,
    /// For chrome://tracing and Perfetto.
    Chrome,
    /// What replay prints, as a page that needs nothing else.
    Html,
    /// A plan that `lastorders run --plans` carries out against a real binary.
    Plan,
    /// A file for the corpus, with what the case gives now.
    Corpus,
}

/// Writes a case or its run as a file.
pub(super) fn export(args: &ExportArgs) -> Result<u8, u8> {
    let (simulator, case) = case::case(&args.case)?;
    if args.format == Format::Corpus {
        let why = args.why.as_deref().unwrap_or_default();
        return store(&simulator, case, why, &args.out).map(|()| exit::PASSED);
    }
    write(args, &simulator, &case).map_err(|error| {
        print::failure(&format!("{} cannot be written: {error}", args.out.display()));
        exit::ENVIRONMENT
    })?;
    Ok(exit::PASSED)
}

fn write(args: &ExportArgs, simulator: &Simulator, case: &Case) -> Result<(), Box<dyn Error>> {
    let mut to = BufWriter::new(File::create(&args.out)?);
    let run = capture(|| simulator.run(case));
    let records = &run.trace.records;
    match args.format {
        Format::Jsonl => files::jsonl(records, &names(case), &mut to)?,
        Format::Chrome => files::chrome(records, &names(case), &mut to)?,
        Format::Pcapng => files::pcapng(&run.packets, &mut to)?,
        Format::Html => {
            let judged = judge(case, &run);
            to.write_all(story::page(simulator, case, &run, &judged).as_bytes())?;
        }
        Format::Plan => {
            let known_by = judge(case, &run).signature;
            let real = real::export(case, &run.history, known_by.as_ref());
            serde_json::to_writer_pretty(&mut to, &real.plan)?;
            writeln!(to)?;
            for (what, all) in [("changed", &real.changed), ("no counterpart", &real.missing)] {
                all.iter().for_each(|one| print::note(&format!("{what:<14} {one}")));
            }
            let file = args.out.display();
            let id = &real.plan.scenario;
            print::note(&format!("lastorders run --plans {file} --only {id} -- SERVER"));
        }
        // It needs no run, and has been written by now.
        Format::Corpus => {}
    }
    Ok(to.flush()?)
}

/// Hosts are numbered as the world does it.
fn names(case: &Case) -> Names {
    let actors = case.plan.actors.iter().map(|actor| actor.name.clone());
    let hosts = ["server".to_owned(), "balancer".to_owned()].into_iter().chain(actors);
    Names { hosts: hosts.collect(), connections: Vec::new() }
}
