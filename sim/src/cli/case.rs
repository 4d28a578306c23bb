use std::path::Path;

use super::options::{CaseArgs, Selection};
use super::print;
use crate::blob::{Blob, BlobError};
use crate::bugs::{BUILT_IN, HINT, NotBuiltIn};
use crate::case::Case;
use crate::corpus::Entry;
use crate::sweep::{Origin, Simulator};

/// The case of a seed, a line or a file, and the case's simulator. A note on stderr lists
/// the rare paths of the case that this build does not take.
pub(super) fn case(args: &CaseArgs) -> Result<(Simulator, Case), u8> {
    let (simulator, case) = case_without_note(args)?;
    let sites = &case.conditions.buggify;
    if !BUILT_IN && simulator.subject.is_ours() && !sites.is_empty() {
        let sites: Vec<_> = sites.iter().map(ToString::to_string).collect();
        let sites = sites.join("; ");
        print::note(&format!(
            "this build does not take the rare paths of the case ({sites}); {HINT}"
        ));
    }
    Ok((simulator, case))
}

/// Like [`case`] without the note, for a process whose parent has printed the note.
pub(super) fn case_without_note(args: &CaseArgs) -> Result<(Simulator, Case), u8> {
    let CaseArgs { case, what } = args;
    let mut simulator = what.simulator();
    if let Some(origin) = origin(case) {
        return Ok((simulator, simulator.case(origin)));
    }
    if Blob::is_meant(case) {
        let blob: Blob =
            case.parse().map_err(|error: BlobError| print::usage(&error.to_string()))?;
        if !blob.is_of_this_build() {
            let lock = &blob.lock;
            print::note(&format!(
                "the line is from another build ({lock}): this build may not reproduce its failure"
            ));
        }
        simulator.engine = blob.engine;
        return Ok((simulator, blob.case));
    }
    read(Path::new(case), simulator)
}

/// Reads a seed, or a mutant of its case such as `17+2`.
fn origin(text: &str) -> Option<Origin> {
    let (seed, mutant) = text.split_once('+').unwrap_or((text, "0"));
    Some(Origin { seed: seed.parse().ok()?, mutant: mutant.parse().ok()? })
}

/// Reads a file with a case, or an entry of the corpus, which names its server.
fn read(path: &Path, simulator: Simulator) -> Result<(Simulator, Case), u8> {
    let name = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| {
        print::usage(&format!("{name} is not a seed, a v2: line or a file: {error}"))
    })?;
    let is_entry = serde_json::from_str::<serde_json::Value>(&text)
        .is_ok_and(|value| value.get("why").is_some());
    if is_entry {
        let entry: Entry = serde_json::from_str(&text)
            .map_err(|error| print::usage(&format!("{name} is not an entry: {error}")))?;
        let missing = |error: NotBuiltIn| print::usage(&format!("{name}: {error}"));
        entry.subject.check_built_in().map_err(missing)?;
        return Ok((entry.simulator(), entry.case));
    }
    serde_json::from_str(&text)
        .map(|case| (simulator, case))
        .map_err(|error| print::usage(&format!("{name} is not a case: {error}")))
}

/// The arguments with which another process runs the same case.
pub(super) fn arguments(case: &str, what: Selection) -> Vec<String> {
    let Selection { subject, engine, family } = what;
    let options = [
        ("--subject", subject.to_string()),
        ("--engine", engine.to_string()),
        ("--family", family.to_string()),
    ];
    let options = options.into_iter().flat_map(|(option, value)| [option.to_owned(), value]);
    std::iter::once(case.to_owned()).chain(options).collect()
}
