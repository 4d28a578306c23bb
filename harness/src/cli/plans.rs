use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use super::{exit, print};
use lastorders_model::plan::Plan;
use lastorders_model::scenario::Catalogue;

/// Adds the plans in these files, and in the files `*.json` of these directories. What cannot be
/// read is told, and its code given: a plan that is left out would be one that nobody fails.
pub(super) fn read(mut catalogue: Catalogue, given: &[PathBuf]) -> Result<Catalogue, u8> {
    for path in given {
        let bad = |why: String| {
            print::failure(&format!("--plans {}: {why}", path.display()));
            exit::USAGE
        };
        for file in files(path).map_err(bad)? {
            let plan = plan(&file).map_err(bad)?;
            let named = |error| bad(format!("{}: {error}", file.display()));
            catalogue = catalogue.with(plan).map_err(named)?;
        }
    }
    Ok(catalogue)
}

/// The words that name them once more.
pub(super) fn again(given: &[PathBuf]) -> impl Iterator<Item = String> {
    given.iter().flat_map(|path| ["--plans".to_owned(), path.display().to_string()])
}

fn files(path: &Path) -> Result<Vec<PathBuf>, String> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(path).map_err(|error| error.to_string())? {
        let file = entry.map_err(|error| error.to_string())?.path();
        if file.extension() == Some(OsStr::new("json")) {
            files.push(file);
        }
    }
    // Directories have no order.
    files.sort();
    if files.is_empty() { Err("there is no *.json in it".to_owned()) } else { Ok(files) }
}

fn plan(file: &Path) -> Result<Plan, String> {
    let named = |why: String| format!("{}: {why}", file.display());
    let text = fs::read_to_string(file).map_err(|error| named(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| named(format!("it is no plan: {error}")))
}
