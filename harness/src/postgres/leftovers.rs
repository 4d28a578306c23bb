use std::collections::HashMap;
use std::fmt;
use std::fs;
use std::io::{self, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bollard::query_parameters::{ListContainersOptionsBuilder, RemoveContainerOptionsBuilder};
use rustix::fs::OFlags;
use rustix::process::{Pid, Signal, kill_process};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

use super::docker::{LABEL_OWNER, LABEL_RUN, daemon};
use super::error::chain;
use super::names::{by_run, live_runs, remove_database, remove_role};
use super::owner::{Life, Owner};
use super::places::{CLUSTER_PREFIX, OWNER_FILE, SCRATCH_PREFIX, cache, cluster_parents};
use super::{pace, url};

/// Something that an ended run has left behind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Leftover {
    /// A container.
    Container {
        /// Its id.
        id: String,
    },
    /// A cluster's directory, perhaps with a running server in it.
    Cluster {
        /// The directory.
        dir: PathBuf,
    },
    /// The directory of an interrupted fetch.
    Fetch {
        /// The directory.
        dir: PathBuf,
    },
    /// A database.
    Database {
        /// Its name.
        name: String,
    },
    /// A role.
    Role {
        /// Its name.
        name: String,
    },
}

impl fmt::Display for Leftover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Container { id } => write!(f, "container {}", id.get(..12).unwrap_or(id)),
            Self::Cluster { dir } => write!(f, "cluster {}", dir.display()),
            Self::Fetch { dir } => write!(f, "half-fetched package {}", dir.display()),
            Self::Database { name } => write!(f, "database {name}"),
            Self::Role { name } => write!(f, "role {name}"),
        }
    }
}

/// What [`leftovers`] found, and where it could not look.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Leftovers {
    /// What ended runs have left. Excludes what belongs to a run that is alive.
    pub found: Vec<Leftover>,
    /// Where it was not possible to look, and why.
    pub unseen: Vec<String>,
}

/// What [`clean`] removed, and what it could not remove.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cleaned {
    /// The removed leftovers.
    pub removed: Vec<Leftover>,
    /// The leftovers that remain, and why.
    pub failed: Vec<(Leftover, String)>,
    /// Where it was not possible to look, and why.
    pub unseen: Vec<String>,
}

/// Looks for leftovers of earlier runs: containers, clusters in memory or the temporary directory,
/// and directories of interrupted fetches. With `url`, also looks for databases and roles on that
/// server.
///
/// A killed run leaves little, because guards remove most of it. Never fails: `unseen` lists the
/// places where it could not look.
pub async fn leftovers(url: Option<&str>) -> Leftovers {
    let mut leftovers = Leftovers::default();
    containers(&mut leftovers).await;
    let temp = std::env::temp_dir();
    for place in cluster_parents() {
        directories(&place, CLUSTER_PREFIX, |dir| Leftover::Cluster { dir }, &mut leftovers);
    }
    for parent in cache().iter().chain([&temp]) {
        directories(parent, SCRATCH_PREFIX, |dir| Leftover::Fetch { dir }, &mut leftovers);
    }
    if let Some(url) = url {
        match connect(url) {
            Ok(pool) => {
                if let Err(error) = names(&pool, &mut leftovers).await {
                    leftovers.unseen.push(format!("the server's databases: {error}"));
                }
                pool.close().await;
            }
            Err(why) => leftovers.unseen.push(why),
        }
    }
    leftovers
}

/// Removes what [`leftovers`] finds.
pub async fn clean(url: Option<&str>) -> Cleaned {
    let Leftovers { found, unseen } = leftovers(url).await;
    let mut cleaned = Cleaned { unseen, ..Cleaned::default() };
    let pool = url.and_then(|url| connect(url).ok());
    for leftover in found {
        let removed = match (&leftover, &pool) {
            (Leftover::Container { id }, _) => remove_container(id).await,
            (Leftover::Cluster { dir }, _) => remove_cluster(dir).await,
            (Leftover::Fetch { dir }, _) => {
                fs::remove_dir_all(dir).map_err(|error| error.to_string())
            }
            (Leftover::Database { name }, Some(pool)) => {
                remove_database(pool, name).await.map_err(|error| error.to_string())
            }
            (Leftover::Role { name }, Some(pool)) => {
                remove_role(pool, name).await.map_err(|error| error.to_string())
            }
            (Leftover::Database { .. } | Leftover::Role { .. }, None) => {
                Err("failed to reach the server".to_owned())
            }
        };
        match removed {
            Ok(()) => cleaned.removed.push(leftover),
            Err(why) => cleaned.failed.push((leftover, why)),
        }
    }
    if let Some(pool) = pool {
        pool.close().await;
    }
    cleaned
}

fn connect(url: &str) -> Result<PgPool, String> {
    let (options, _) = url::options(url).map_err(|attempt| attempt.to_string())?;
    Ok(PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(Duration::from_secs(10))
        .connect_lazy_with(options))
}

/// Databases come before roles, because a role that owns a database cannot be removed.
async fn names(pool: &PgPool, into: &mut Leftovers) -> sqlx::Result<()> {
    let present = live_runs(pool).await?;
    let runs = by_run(pool).await?.into_iter().filter(|(run, _)| !present.contains(run));
    let mut roles = Vec::new();
    for (_, names) in runs {
        let databases = names.databases.into_iter().map(|name| Leftover::Database { name });
        into.found.extend(databases);
        roles.extend(names.roles.into_iter().map(|name| Leftover::Role { name }));
    }
    into.found.extend(roles);
    Ok(())
}

async fn containers(into: &mut Leftovers) {
    let docker = match daemon().await {
        Ok(docker) => docker,
        Err(attempt) => {
            into.unseen.push(format!("containers: {}", attempt.happened));
            return;
        }
    };
    let filters = HashMap::from([("label", vec![LABEL_RUN])]);
    let options = ListContainersOptionsBuilder::new().all(true).filters(&filters).build();
    let containers = match docker.list_containers(Some(options)).await {
        Ok(containers) => containers,
        Err(error) => {
            into.unseen.push(format!("containers: {}", chain(&error)));
            return;
        }
    };
    for container in containers {
        let owner = container.labels.unwrap_or_default().remove(LABEL_OWNER).unwrap_or_default();
        let runs = container.status.is_some_and(|status| status.starts_with("Up"));
        let left = match owner.parse().map(|owner: Owner| owner.life()) {
            Ok(Life::Alive) => false,
            Ok(Life::Dead) => true,
            // A stopped container from another machine, or from before a reboot, is left over.
            Ok(Life::Unknown) | Err(()) => !runs,
        };
        if let (true, Some(id)) = (left, container.id) {
            into.found.push(Leftover::Container { id });
        }
    }
}

async fn remove_container(id: &str) -> Result<(), String> {
    let docker = daemon().await.map_err(|attempt| attempt.happened)?;
    let options = RemoveContainerOptionsBuilder::new().force(true).v(true).build();
    docker.remove_container(id, Some(options)).await.map_err(|error| chain(&error))
}

/// Directories in `parent` whose name begins with `prefix`, and whose owner has ended.
///
/// Links are left out, because we make none.
fn directories(
    parent: &Path,
    prefix: &str,
    leftover: impl Fn(PathBuf) -> Leftover,
    into: &mut Leftovers,
) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let ours = entry.file_name().to_string_lossy().starts_with(prefix);
        if !ours || !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            continue;
        }
        let dir = entry.path();
        match read_owner(&dir.join(OWNER_FILE)) {
            Ok(owner) => match owner.parse().map(|owner: Owner| owner.life_on_this_machine()) {
                Ok(Life::Dead) => into.found.push(leftover(dir)),
                Ok(Life::Alive | Life::Unknown) | Err(()) => {}
            },
            Err(error) => into.unseen.push(format!("the owner of {}: {error}", dir.display())),
        }
    }
}

/// Reads a file in a directory to which every user may write. The file may be a link, a pipe
/// without a writer, or endless.
fn read_owner(path: &Path) -> io::Result<String> {
    const LONGEST: u64 = 4096;
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
    let file = fs::File::options().read(true).custom_flags(flags).open(path)?;
    let mut text = String::new();
    file.take(LONGEST).read_to_string(&mut text)?;
    Ok(text)
}

/// A server may still run in the directory, if the harness was killed just after the server's
/// start.
async fn remove_cluster(dir: &Path) -> Result<(), String> {
    if let Some(pid) = server_in(dir) {
        kill_process(pid, Signal::QUIT)
            .map_err(|error| format!("failed to stop its server: {error}"))?;
        let mut turn = pace(Duration::from_millis(50));
        for _ in 0..200 {
            turn.tick().await;
            if server_in(dir).is_none() {
                break;
            }
        }
    }
    fs::remove_dir_all(dir).map_err(|error| error.to_string())
}

/// The server that runs in a cluster's directory. The file with its process id may name any
/// process, so only a process that works in the directory counts.
fn server_in(dir: &Path) -> Option<Pid> {
    let data = dir.join("data");
    let text = fs::read_to_string(data.join("postmaster.pid")).ok()?;
    let pid = text.lines().next()?.trim().parse().ok()?;
    let works_in = fs::read_link(format!("/proc/{pid}/cwd")).ok()?;
    (works_in == data).then(|| Pid::from_raw(pid)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owner_file_that_is_a_pipe_a_link_or_endless_does_not_block_clean() {
        let dir = tempfile::tempdir().expect("a directory");
        let at = |name: &str| dir.path().join(name);
        let made = std::process::Command::new("mkfifo").arg(at("pipe")).status();
        assert!(made.expect("mkfifo is there").success());
        std::os::unix::fs::symlink("/dev/zero", at("link")).expect("a link");
        fs::write(at("long"), "x".repeat(10_000)).expect("written");
        assert_eq!(read_owner(&at("pipe")).expect("it has no writer"), "");
        read_owner(&at("link")).expect_err("links are not followed");
        assert_eq!(read_owner(&at("long")).expect("a file").len(), 4096);
    }
}
