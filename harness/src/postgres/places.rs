use std::path::{Path, PathBuf};

use rustix::fs::{FsWord, statfs, statvfs};

/// A file system in memory, on most Linux machines.
const MEMORY: &str = "/dev/shm";

/// Free bytes that a cluster needs. A run of the whole catalogue writes less than a quarter.
const ROOM: u64 = 2 << 30;

/// `TMPFS_MAGIC` of `linux/magic.h`.
const TMPFS: FsWord = 0x0102_1994;

/// The directory for a new cluster: `TMPDIR` if set, else memory if 2 GiB are free, else the
/// temporary directory. Memory is faster, because each scenario's database has some 300 files.
pub(in crate::postgres) fn place() -> PathBuf {
    let memory = Path::new(MEMORY);
    let chosen = std::env::var_os("TMPDIR").is_some_and(|dir| !dir.is_empty());
    if !chosen && has_room(memory) { memory.to_owned() } else { std::env::temp_dir() }
}

/// Every directory in which a cluster of an earlier run may lie.
pub(in crate::postgres) fn places() -> [PathBuf; 2] {
    [std::env::temp_dir(), MEMORY.into()]
}

fn has_room(memory: &Path) -> bool {
    let is_tmpfs = statfs(memory).is_ok_and(|it| it.f_type == TMPFS);
    let room = statvfs(memory).map_or(0, |it| it.f_bavail.saturating_mul(it.f_frsize));
    let writable = rustix::fs::access(memory, rustix::fs::Access::WRITE_OK).is_ok();
    is_tmpfs && writable && room >= ROOM
}
