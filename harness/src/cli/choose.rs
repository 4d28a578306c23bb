use std::ffi::OsStr;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use lastorders_model::plan::{Plan, PlanVersion};
use lastorders_model::scenario::{Catalogue, SCENARIOS, Scenario};

use super::args::Selection;
use super::{exit, print};
use crate::subject::nearest;

/// The most bytes of a plan's file.
const LONGEST_PLAN: u64 = 16 << 20;

/// The selected scenarios, including plans in files. If there are none, prints why and returns the
/// exit code.
pub(super) fn catalogue(selection: &Selection, files: &[PathBuf]) -> Result<Catalogue, u8> {
    let all = with_plans(Catalogue::all(), files)?;
    for id in selection.only.iter().chain(&selection.skip) {
        if !all.scenarios().iter().any(|scenario| scenario.id.starts_with(id.as_str())) {
            return Err(unknown(id));
        }
    }
    let mut catalogue = all.level(selection.level.level());
    if !selection.only.is_empty() {
        catalogue = catalogue.only(&selection.only);
    }
    catalogue = catalogue.skip(&selection.skip);
    if selection.public {
        catalogue = catalogue.public();
    }
    if catalogue.scenarios().is_empty() {
        print::failure("these options together select no scenario; run `lastorders list`");
        return Err(exit::NOTHING_SELECTED);
    }
    Ok(catalogue)
}

/// The one scenario with this id or this beginning of an id. If there is not exactly one, prints
/// the candidates and returns the exit code.
pub(super) fn one(id: &str) -> Result<&'static Scenario, u8> {
    if let Some(exact) = SCENARIOS.iter().find(|scenario| scenario.id == id) {
        return Ok(exact);
    }
    let fit: Vec<_> = SCENARIOS.iter().filter(|scenario| scenario.id.starts_with(id)).collect();
    match fit.as_slice() {
        [one] => Ok(one),
        [] => Err(unknown(id)),
        several => {
            let ids: Vec<_> = several.iter().map(|scenario| scenario.id).collect();
            let ids = ids.join(", ");
            print::failure(&format!("`{id}` fits several scenarios; give one of: {ids}"));
            Err(exit::NOTHING_SELECTED)
        }
    }
}

fn unknown(id: &str) -> u8 {
    let near = near(id);
    let near = if near.is_empty() {
        "run `lastorders list`".to_owned()
    } else {
        format!("did you mean {}?", near.join(" or "))
    };
    print::failure(&format!("no scenario is or begins with `{id}`; {near}"));
    exit::NOTHING_SELECTED
}

/// Ids that are similar to a mistyped one, or that contain it.
fn near(id: &str) -> Vec<&'static str> {
    let ids = || SCENARIOS.iter().map(|scenario| scenario.id);
    let within = ids().filter(|known| id.len() > 2 && known.contains(id));
    let name = |known: &'static str| known.split('/').nth(1).unwrap_or(known);
    let by_name = nearest(id, ids().map(name));
    let by_name = ids().find(|known| by_name == Some(name(known)));
    let groups = || SCENARIOS.iter().map(Scenario::group);
    let mut near: Vec<_> = nearest(id, ids().chain(groups())).into_iter().collect();
    near.extend(by_name.into_iter().chain(within));
    near.sort_unstable();
    near.dedup();
    near.truncate(4);
    near
}

/// Adds the plans in these files, and in the files `*.json` of these directories. If a plan cannot
/// be read, prints why and returns the exit code, because no server could fail a missing plan.
fn with_plans(mut catalogue: Catalogue, given: &[PathBuf]) -> Result<Catalogue, u8> {
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

/// The arguments of `lastorders run` that add the plans.
pub(super) fn plans_arguments(given: &[PathBuf]) -> impl Iterator<Item = String> {
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
    // The operating system returns files in any order.
    files.sort();
    if files.is_empty() { Err("it contains no *.json".to_owned()) } else { Ok(files) }
}

fn plan(file: &Path) -> Result<Plan, String> {
    let named = |why: String| format!("{}: {why}", file.display());
    let opened = fs::File::open(file).map_err(|error| named(error.to_string()))?;
    let mut text = String::new();
    let read = opened.take(LONGEST_PLAN + 1).read_to_string(&mut text);
    let read = read.map_err(|error| named(error.to_string()))?;
    if read as u64 > LONGEST_PLAN {
        return Err(named("it is longer than 16 MiB, so it is not a plan".to_owned()));
    }
    let wrong = |error: serde_json::Error| named(format!("it is not a plan: {error}"));
    // The version comes first, because another version's plan has another form.
    let version: PlanVersion = serde_json::from_str(&text).map_err(wrong)?;
    version.check().map_err(|error| named(error.to_string()))?;
    serde_json::from_str(&text).map_err(wrong)
}
