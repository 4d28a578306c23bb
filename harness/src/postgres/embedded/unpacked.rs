use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Component, Path, PathBuf};

use serde::Deserialize;

/// The package's list of symbolic links. npm's archives cannot contain links.
const LINKS: &str = "native/pg-symlinks.json";

/// An entry of [`LINKS`]. `source` is the file, and `target` is the new link.
#[derive(Debug, Deserialize)]
struct Entry {
    source: PathBuf,
    target: PathBuf,
}

/// A symbolic link to a file beside it.
#[derive(Debug, PartialEq, Eq)]
struct Link {
    /// The link, relative to the package.
    link: PathBuf,
    /// The file, relative to the package; in the directory of the link.
    file: PathBuf,
}

/// Finishes an unpacked package: makes it readable for every user whatever our umask is, and adds
/// the symbolic links that the package's install script would make.
///
/// Blocks.
///
/// # Errors
///
/// If the package contains anything but files and directories, if its list leads out of the
/// package, or if the disk refuses.
pub(super) fn finish(package: &Path) -> Result<(), String> {
    if !fs::symlink_metadata(package).is_ok_and(|meta| meta.is_dir()) {
        return Err("npm delivered no directory with the package's name".to_owned());
    }
    open_to_all(package)?;
    let list = match fs::read_to_string(package.join(LINKS)) {
        Ok(list) => list,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => "[]".to_owned(),
        Err(error) => return Err(format!("{LINKS}: {error}")),
    };
    for Link { link, file } in plan(&list)? {
        // Every parent is a real directory, because the walk met no link.
        let there = fs::symlink_metadata(package.join(&file)).is_ok_and(|meta| meta.is_file());
        let (true, Some(name)) = (there, file.file_name()) else {
            return Err(format!("{LINKS}: the package has no file {}", file.display()));
        };
        symlink(name, package.join(&link)).map_err(|error| at(&link, &error))?;
    }
    Ok(())
}

/// The links that a list asks for.
///
/// # Errors
///
/// If the list is malformed, if a path leaves `native` (absolute, a leading `.`, or any `..`), or
/// if a file is not in the directory of its link.
fn plan(list: &str) -> Result<Vec<Link>, String> {
    let entries: Vec<Entry> =
        serde_json::from_str(list).map_err(|error| format!("{LINKS}: {error}"))?;
    let checked = entries.into_iter().map(|Entry { source: file, target: link }| {
        let refused = |why: &str| {
            format!("{LINKS}: {} -> {} is refused: {why}", link.display(), file.display())
        };
        for path in [&link, &file] {
            if !is_inside(path) {
                return Err(refused("the path leaves the package's `native`"));
            }
        }
        if link.parent() != file.parent() {
            return Err(refused("the file is not beside its link"));
        }
        if link == file {
            return Err(refused("the link leads to itself"));
        }
        Ok(Link { link, file })
    });
    checked.collect()
}

/// Whether a path is `native/…` with only names in it.
fn is_inside(path: &Path) -> bool {
    // `components` omits a `.` in the middle and a doubled slash, which are harmless.
    let mut parts = path.components();
    parts.next() == Some(Component::Normal("native".as_ref()))
        && parts.clone().next().is_some()
        && parts.all(|part| matches!(part, Component::Normal(_)))
}

/// Makes every directory and program readable and executable for all, every other file readable.
fn open_to_all(dir: &Path) -> Result<(), String> {
    set_mode(dir, 0o755)?;
    for entry in fs::read_dir(dir).map_err(|error| at(dir, &error))? {
        let entry = entry.map_err(|error| at(dir, &error))?;
        let path = entry.path();
        let meta = fs::symlink_metadata(&path).map_err(|error| at(&path, &error))?;
        if meta.is_dir() {
            open_to_all(&path)?;
        } else if meta.is_file() {
            let program = meta.permissions().mode() & 0o100 != 0;
            set_mode(&path, if program { 0o755 } else { 0o644 })?;
        } else {
            return Err(format!("{} is neither a file nor a directory", path.display()));
        }
    }
    Ok(())
}

fn set_mode(path: &Path, mode: u32) -> Result<(), String> {
    fs::set_permissions(path, Permissions::from_mode(mode)).map_err(|error| at(path, &error))
}

fn at(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(source: &str, target: &str) -> String {
        serde_json::json!([{ "source": source, "target": target }]).to_string()
    }

    #[test]
    fn package_link_to_a_file_beside_it_is_planned() {
        let link = Link { link: "native/lib/a.so".into(), file: "native/lib/a.so.1".into() };
        assert_eq!(plan(&list("native/lib/a.so.1", "native/lib/a.so")), Ok(vec![link]));
        assert_eq!(plan("[]"), Ok(vec![]));
    }

    #[test]
    fn package_link_that_leaves_the_package_is_refused() {
        for (source, target) in [
            ("/etc/passwd", "native/lib/a"),
            ("native/lib/a", "/etc/cron.d/a"),
            ("native/../../x", "native/lib/a"),
            ("native/lib/a", "native/lib/../../../x"),
            ("native/..", "native/a"),
            ("../native/a", "native/a"),
            ("package.json", "native/package.json"),
            ("native/bin/postgres", "native/lib/a"),
            ("native/lib/a", "native/lib/a"),
            ("native", "native"),
            ("", "native/a"),
            ("./native/a", "./native/b"),
        ] {
            let refused = plan(&list(source, target)).expect_err(source);
            assert!(refused.contains("is refused"), "{source} {target}: {refused}");
        }
        assert!(plan("{}").is_err());
    }

    #[test]
    fn finished_package_has_its_links_and_is_readable_for_all() {
        let dir = tempfile::tempdir().expect("a directory");
        let lib = dir.path().join("native/lib");
        fs::create_dir_all(&lib).expect("made");
        fs::write(lib.join("a.so.1"), "x").expect("written");
        fs::write(dir.path().join(LINKS), list("native/lib/a.so.1", "native/lib/a.so"))
            .expect("written");
        set_mode(&lib.join("a.so.1"), 0o700).expect("set");
        set_mode(&lib, 0o700).expect("set");
        finish(dir.path()).expect("finished");
        assert_eq!(fs::read_link(lib.join("a.so")).expect("a link"), Path::new("a.so.1"));
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!((mode(&lib), mode(&lib.join("a.so.1"))), (0o755, 0o755));
        assert_eq!(mode(&dir.path().join(LINKS)), 0o644);
    }

    #[test]
    fn package_that_contains_a_link_is_refused() {
        let dir = tempfile::tempdir().expect("a directory");
        symlink("/etc", dir.path().join("native")).expect("a link");
        let refused = finish(dir.path()).expect_err("a link");
        assert!(refused.contains("neither a file nor a directory"), "{refused}");
    }

    #[test]
    fn package_link_to_a_missing_file_is_refused() {
        let dir = tempfile::tempdir().expect("a directory");
        fs::create_dir_all(dir.path().join("native/lib")).expect("made");
        fs::write(dir.path().join(LINKS), list("native/lib/b", "native/lib/a")).expect("written");
        let refused = finish(dir.path()).expect_err("no file");
        assert!(refused.contains("has no file native/lib/b"), "{refused}");
    }
}
