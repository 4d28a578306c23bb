use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The oldest supported major version.
pub(super) const OLDEST: u32 = 13;

/// A directory that contains `initdb` and `postgres`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Binaries {
    pub(super) dir: PathBuf,
    /// The output of `postgres --version` without the program's name, as `15.16 (Debian …)`.
    pub(super) version: String,
}

impl Binaries {
    /// The first usable directory of `PATH`, `pg_config --bindir`, and the directories where
    /// packages install servers, newest version first.
    ///
    /// Blocks while it runs `pg_config` and `postgres --version`.
    ///
    /// # Errors
    ///
    /// If no directory is usable. The error lists where it looked, and the fault of each candidate.
    pub(super) fn find() -> Result<Self, String> {
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
            "found no usable initdb and postgres in PATH, `pg_config --bindir` or \
             /usr/lib/postgresql/*/bin{seen}"
        ))
    }

    /// The programs in `dir`, if they exist, run, and are new enough.
    ///
    /// # Errors
    ///
    /// If a program does not run or is too old.
    pub(super) fn at(dir: &Path) -> Result<Self, String> {
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
                "{shown} has version {major}, and lastorders needs {OLDEST} or newer"
            ));
        }
        Ok(Self { dir: dir.to_owned(), version })
    }

    /// A program of this directory.
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }
}

/// The account that the cluster runs as. Postgres refuses to run as root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) name: String,
    pub(super) uid: u32,
    pub(super) gid: u32,
}

impl Account {
    /// `None` unless this process is root; the cluster then runs as the current user.
    ///
    /// As root: `postgres` if this machine has the account, else `nobody`. `nobody` comes second,
    /// because a server under test may run as `nobody` and must not be able to signal the cluster.
    ///
    /// # Errors
    ///
    /// If this process is root and the machine has neither account.
    pub(super) fn unprivileged() -> Result<Option<Self>, String> {
        if !rustix::process::geteuid().is_root() {
            return Ok(None);
        }
        let passwd = fs::read_to_string("/etc/passwd")
            .map_err(|error| format!("failed to read /etc/passwd: {error}"))?;
        ["postgres", "nobody"].iter().find_map(|name| entry(&passwd, name)).map(Some).ok_or_else(
            || {
                "lastorders runs as root, postgres refuses to, and /etc/passwd has neither \
                 `postgres` nor `nobody`"
                    .to_owned()
            },
        )
    }
}

/// The output of a program that is called with `--version`.
///
/// Blocks while the program runs.
///
/// # Errors
///
/// If the program does not run, for instance because this machine lacks a shared library.
pub(super) fn says_version(program: &Path) -> Result<String, String> {
    let shown = program.display();
    let output = Command::new(program).arg("--version").output().map_err(|error| {
        // The kernel also reports "no such file" for a program whose loader is missing.
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
        // Follow links, because a program looks for its libraries beside its real path.
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
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir(parent)
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

fn entry(passwd: &str, name: &str) -> Option<Account> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next()? != name {
            return None;
        }
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        // An account of this name with user id 0 is root again.
        (uid != 0).then(|| Account { name: name.to_owned(), uid, gid })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwd_entry_is_found_by_its_whole_name_unless_it_is_root() {
        let passwd = "root:x:0:0::/root:/bin/sh\nnobody2:x:7:8::/:/x\nnobody:x:65534:65533::/:/x\n";
        let found = entry(passwd, "nobody").expect("there");
        assert_eq!((found.uid, found.gid), (65534, 65533));
        assert_eq!(entry(passwd, "postgres"), None);
        assert_eq!(entry(passwd, "root"), None);
        assert_eq!(entry("nobody:x", "nobody"), None);
    }
}
