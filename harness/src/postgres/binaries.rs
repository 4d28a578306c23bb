use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The oldest major version that will do.
pub(in crate::postgres) const OLDEST: u32 = 13;

/// A directory with `initdb` and `postgres` in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::postgres) struct Binaries {
    /// The directory.
    pub(in crate::postgres) dir: PathBuf,
    /// What `postgres --version` says, without the program's name: `15.16 (Debian …)`.
    pub(in crate::postgres) version: String,
}

impl Binaries {
    /// The first usable directory of `PATH`, `pg_config --bindir`, and the places where packages
    /// put it, newest version first.
    ///
    /// Blocks while it runs `pg_config` and `postgres --version`.
    ///
    /// # Errors
    ///
    /// Says where it looked, and what was wrong with what it found.
    pub(in crate::postgres) fn find() -> Result<Self, String> {
        let mut wrong = Vec::new();
        for dir in candidates() {
            match Self::at(&dir) {
                Ok(found) => return Ok(found),
                Err(why) => wrong.push(why),
            }
        }
        let seen =
            if wrong.is_empty() { String::new() } else { format!(" ({})", wrong.join("; ")) };
        Err(format!(
            "no usable initdb and postgres in PATH, `pg_config --bindir` or \
             /usr/lib/postgresql/*/bin{seen}"
        ))
    }

    /// The programs in `dir`, if they are there, run, and are new enough.
    ///
    /// # Errors
    ///
    /// Says what is wrong with them.
    pub(in crate::postgres) fn at(dir: &Path) -> Result<Self, String> {
        let shown = dir.display();
        let text = says_version(&dir.join("postgres"))?;
        let version = text.trim_start_matches("postgres (PostgreSQL) ").to_owned();
        let major: u32 = version
            .split(|c: char| !c.is_ascii_digit())
            .next()
            .and_then(|digits| digits.parse().ok())
            .ok_or_else(|| format!("{shown}/postgres --version says `{text}`"))?;
        if major < OLDEST {
            return Err(format!(
                "{shown} has version {major}, and {OLDEST} is the oldest that does"
            ));
        }
        Ok(Self { dir: dir.to_owned(), version })
    }

    /// A program of this directory.
    pub(in crate::postgres) fn program(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }
}

/// The output of a program that is called with `--version`.
///
/// Blocks while the program runs.
///
/// # Errors
///
/// If the program does not run, for instance because this machine lacks a shared library.
pub(in crate::postgres) fn says_version(program: &Path) -> Result<String, String> {
    let shown = program.display();
    let output = Command::new(program).arg("--version").output().map_err(|error| {
        // The kernel says "no such file" of a program whose loader is missing, too.
        if error.kind() == io::ErrorKind::NotFound && program.exists() {
            return format!(
                "{shown} does not run: the program is built for another C library than this \
                 machine has"
            );
        }
        format!("{shown} does not run: {error}")
    })?;
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        let last = stderr.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
        return Err(format!("{shown} does not run: {}: {last}", output.status));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Directories that hold both programs, without repeats, in the order in which they are tried.
fn candidates() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut consider = |dir: PathBuf| {
        // Links are followed: a program looks for its libraries beside where it really is.
        let Ok(program) = dir.join("initdb").canonicalize() else {
            return;
        };
        let Some(dir) = program.parent().map(Path::to_owned) else {
            return;
        };
        if dir.join("postgres").exists() && !found.contains(&dir) {
            found.push(dir);
        }
    };
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).for_each(&mut consider);
    if let Some(dir) = pg_config() {
        consider(dir);
    }
    for (parent, middle) in [
        ("/usr/lib/postgresql", ""),
        ("/usr", "pgsql-"),
        ("/opt/homebrew/opt", "postgresql@"),
        ("/usr/local/opt", "postgresql@"),
    ] {
        versions(Path::new(parent), middle).into_iter().for_each(&mut consider);
    }
    consider(PathBuf::from("/usr/local/pgsql/bin"));
    found
}

/// `PARENT/PREFIX<number>/bin`, the largest number first.
fn versions(parent: &Path, prefix: &str) -> Vec<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = std::fs::read_dir(parent)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            Some((name.strip_prefix(prefix)?.parse().ok()?, entry.path().join("bin")))
        })
        .collect();
    found.sort_by(|a, b| b.cmp(a));
    found.into_iter().map(|(_, dir)| dir).collect()
}

fn pg_config() -> Option<PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").output().ok()?;
    let dir = String::from_utf8(output.stdout).ok()?;
    Some(PathBuf::from(dir.trim()))
}
