use std::error::Error;
use std::io::Write;
use std::path::Path;

use lastorders_model::exit;

use super::args::ExportArgs;
use super::options::Format;
use super::shrink::store;
use super::story;
use super::{case, print, whole};
use crate::case::Case;
use crate::check::judge;
use crate::real;
use crate::sweep::Simulator;
use crate::trace::{Names, export as files};
use crate::world::{Run, capture};

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
    let run = capture(|| simulator.run(case));
    whole::write(&args.out, |to| match args.format {
        Format::Html => {
            let judged = judge(case, &run);
            Ok(to.write_all(story::page(simulator, case, &run, &judged).as_bytes())?)
        }
        Format::Plan => plan(&args.out, case, &run, to),
        Format::Jsonl => Ok(files::jsonl(&run.trace.records, &Names::of(&case.plan), to)?),
        Format::Chrome => Ok(files::chrome(&run.trace.records, &Names::of(&case.plan), to)?),
        Format::Pcapng => Ok(files::pcapng(&run.packets, to)?),
        // The caller has written it, because this format needs no run.
        Format::Corpus => Ok(()),
    })
}

/// Writes the plan for the real world, and prints its differences from the case.
fn plan(out: &Path, case: &Case, run: &Run, to: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let known_by = judge(case, run).signature;
    let real = real::export(case, &run.history, known_by.as_ref());
    serde_json::to_writer_pretty(&mut *to, &real.plan)?;
    writeln!(to)?;
    for (what, all) in [("changed", &real.changed), ("no counterpart", &real.missing)] {
        all.iter().for_each(|one| print::note(&format!("{what:<14} {one}")));
    }
    let (file, id) = (out.display(), &real.plan.scenario);
    print::note(&format!("lastorders run --plans {file} --only {id} -- SERVER"));
    Ok(())
}
