use std::ffi::OsStr;
use std::fs::File;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::PrepareError;

/// No file that describes a submission is larger; one that is larger describes nothing.
const LARGEST: u64 = 1 << 20;

/// Reads a small text file of a submission.
pub(super) fn read_small(path: &Path) -> Result<String, PrepareError> {
    let bad = |why: String| PrepareError::Manifest { path: path.to_owned(), why };
    let file = File::open(path).map_err(|error| bad(format!("it could not be read: {error}")))?;
    let mut text = String::new();
    let read = file
        .take(LARGEST + 1)
        .read_to_string(&mut text)
        .map_err(|error| bad(format!("it could not be read: {error}")))?;
    if read as u64 > LARGEST {
        return Err(bad(format!("it is larger than {} KiB", LARGEST / 1024)));
    }
    Ok(text)
}

/// Where a program is: a path (relative ones from `cwd`), or a name that is looked up in `PATH`.
pub(super) fn program(name: &OsStr, cwd: &Path) -> Option<PathBuf> {
    let path = Path::new(name);
    if path.components().count() > 1 || path.is_absolute() {
        let place = std::path::absolute(cwd.join(path)).ok()?;
        return is_executable(&place).then_some(place);
    }
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|dir| dir.join(name)).find(|place| is_executable(place))
}

/// Where a program of this machine is, if it is in `PATH`.
pub(crate) fn installed(name: &str) -> Option<PathBuf> {
    program(OsStr::new(name), Path::new("/"))
}

fn is_executable(path: &Path) -> bool {
    path.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

/// The known name that is nearest to a mistyped one, if one is near.
pub(crate) fn nearest<'a>(given: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|name| (distance(given, name), name))
        .filter(|(far, name)| *far <= 2.max(name.len() / 4))
        .min_by_key(|(far, _)| *far)
        .map(|(_, name)| name)
}

/// Levenshtein's distance, in characters.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    // What a user gives may be of any length; what we know is short.
    for (i, x) in a.chars().take(200).enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = corner + usize::from(x != *y);
            corner = row[j + 1];
            row[j + 1] = replaced.min(corner + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_found_and_a_far_one_is_not() {
        let known = ["build", "start", "ready_timeout"];
        for (given, near) in [
            ("strat", Some("start")),
            ("ready-timeout", Some("ready_timeout")),
            ("image", None),
            ("", None),
        ] {
            assert_eq!(nearest(given, known.into_iter()), near, "{given}");
        }
    }

    #[test]
    fn programs_are_found_by_name_and_by_path() {
        let here = Path::new("/");
        assert!(program(OsStr::new("sh"), here).is_some());
        assert!(program(OsStr::new("bin/sh"), here).is_some());
        assert_eq!(program(OsStr::new("no-such-program-anywhere"), here), None);
        assert_eq!(program(OsStr::new("/etc/passwd"), here), None);
    }
}
