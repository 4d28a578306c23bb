use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Where server binaries are kept between runs. `None` if no variable says where the user's cache
/// is.
///
/// Root's own cache is unreadable for the unprivileged account that runs the cluster, so root gets
/// a directory that every user can read.
pub(super) fn directory() -> Option<PathBuf> {
    let cache = if is_root() {
        PathBuf::from("/var/cache")
    } else {
        // The XDG base directory specification: a relative path is invalid, and is ignored.
        let set = |name| std::env::var_os(name).map(PathBuf::from).filter(|dir| dir.is_absolute());
        set("XDG_CACHE_HOME").or_else(|| set("HOME").map(|home| home.join(".cache")))?
    };
    Some(cache.join("lastorders"))
}

/// Creates [`directory`]. Even under a strict umask of root, the cluster's account can read the
/// directory.
///
/// # Errors
///
/// If the directory does not exist and cannot be created.
pub(super) fn create(directory: &Path) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    if is_root() {
        fs::set_permissions(directory, Permissions::from_mode(0o755))?;
    }
    Ok(())
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}
