use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{FsWord, statfs, statvfs};

/// Prefix of the name of a cluster's directory.
pub(super) const CLUSTER_PREFIX: &str = "lastorders-pg-";

/// Prefix of the name of a directory in which npm works.
pub(super) const SCRATCH_PREFIX: &str = "lastorders-npm-";

/// The file in each of these directories that names the [`Owner`](super::owner::Owner).
pub(super) const OWNER_FILE: &str = "owner";

/// A file system in memory on most Linux machines.
const MEMORY: &str = "/dev/shm";

/// Free bytes that a cluster needs. A run of the whole catalogue writes less than a quarter of
/// this.
const ROOM: u64 = 2 << 30;

/// `TMPFS_MAGIC` of `linux/magic.h`.
const TMPFS: FsWord = 0x0102_1994;

/// The parent directory of a new cluster: `TMPDIR` if set, else memory if 2 GiB are free, else the
/// temporary directory. Memory is faster, because each scenario's database has about 300 files.
pub(super) fn cluster_parent() -> PathBuf {
    let memory = Path::new(MEMORY);
    let chosen = std::env::var_os("TMPDIR").is_some_and(|dir| !dir.is_empty());
    if !chosen && has_room(memory) { memory.to_owned() } else { std::env::temp_dir() }
}

/// Every directory that may contain clusters of earlier runs.
pub(super) fn cluster_parents() -> [PathBuf; 2] {
    [std::env::temp_dir(), MEMORY.into()]
}

/// The directory that keeps server binaries between runs. `None` if no variable says where the
/// user's cache is.
///
/// Root's own cache is unreadable for the unprivileged account that runs the cluster, so root gets
/// a directory that every user can read.
pub(super) fn cache() -> Option<PathBuf> {
    let cache = if is_root() {
        PathBuf::from("/var/cache")
    } else {
        // The XDG base directory specification: a relative path is invalid, and is ignored.
        let set = |name| std::env::var_os(name).map(PathBuf::from).filter(|dir| dir.is_absolute());
        set("XDG_CACHE_HOME").or_else(|| set("HOME").map(|home| home.join(".cache")))?
    };
    Some(cache.join("lastorders"))
}

/// Creates [`cache`]. The cluster's account can read the directory even if root has a strict umask.
///
/// # Errors
///
/// If the directory does not exist and cannot be created.
pub(super) fn create_cache(directory: &Path) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    if is_root() {
        fs::set_permissions(directory, Permissions::from_mode(0o755))?;
    }
    Ok(())
}

fn has_room(memory: &Path) -> bool {
    let is_tmpfs = statfs(memory).is_ok_and(|it| it.f_type == TMPFS);
    let room = statvfs(memory).map_or(0, |it| it.f_bavail.saturating_mul(it.f_frsize));
    let writable = rustix::fs::access(memory, rustix::fs::Access::WRITE_OK).is_ok();
    is_tmpfs && writable && room >= ROOM
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}
