use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use lastorders_model::history;
use tempfile::NamedTempFile;

use super::results::{HISTORY, folder_of};
use super::{Colour, Report, Results, junit, render};

/// Writes a report into a folder, which is created if necessary: `results.json`, `junit.xml`,
/// `report.txt`, and `GROUP-NAME/history.jsonl` of each scenario that was not skipped.
///
/// Each file is complete or absent, because it is written under a temporary name and renamed.
/// `results.json` is the last, so that a folder with this file has all others.
///
/// # Errors
///
/// If a file or folder cannot be written; the error names it. Each earlier file is then unchanged,
/// replaced by the new one, or, as `results.json`, removed.
pub fn write_all(report: &Report, folder: &Path) -> io::Result<()> {
    make(folder)?;
    let results = folder.join("results.json");
    // Old results beside new histories would contradict them.
    match fs::remove_file(&results) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(at(&results, &error)),
        Ok(()) | Err(_) => {}
    }
    for outcome in &report.outcome.scenarios {
        if outcome.history.events.is_empty() {
            continue;
        }
        let place = folder.join(folder_of(outcome.scenario.id));
        make(&place)?;
        write(&place.join(HISTORY), |file| history::write(file, &outcome.plan, &outcome.history))?;
    }
    write(&folder.join("junit.xml"), |file| file.write_all(junit(report).as_bytes()))?;
    let text = render(report, Colour::Never);
    write(&folder.join("report.txt"), |file| file.write_all(text.as_bytes()))?;
    let json = Results::of(report, true).to_json();
    write(&results, |file| file.write_all(json.as_bytes()))
}

/// Writes one file completely, or not at all.
fn write(
    path: &Path,
    fill: impl FnOnce(&mut BufWriter<&File>) -> io::Result<()>,
) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let temporary = || {
        let temporary = NamedTempFile::new_in(folder)?;
        let mut file = BufWriter::new(temporary.as_file());
        fill(&mut file)?;
        file.flush()?;
        drop(file);
        readable(temporary.as_file())?;
        temporary.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    temporary().map_err(|error: io::Error| at(path, &error))
}

/// Makes a file readable for every user who can read the folder. A temporary file is readable for
/// its owner only.
fn readable(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

fn make(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder).map_err(|error| at(folder, &error))
}

fn at(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{} could not be written: {error}", path.display()))
}
