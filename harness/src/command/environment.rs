use std::ffi::OsString;

/// Which variables of the judge's environment a server gets.
///
/// In both cases the judge sets `PORT` and `DATABASE_URL`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// Every variable, with three exceptions: `PORT`; variables that choose a Postgres
    /// (`DATABASE_URL`, and libpq's `PGHOST`, `PGSSLMODE` and the like); and variables by which
    /// cargo, nextest and systemd describe the judge (`CARGO_PKG_NAME`, `NOTIFY_SOCKET`).
    Inherited,
    /// `PATH`, `HOME`, the locale, and a few more that tell where toolchains are.
    Listed,
}

/// The variables that the judge sets itself.
pub(crate) const SET_BY_JUDGE: [&str; 2] = ["PORT", "DATABASE_URL"];

/// The variables that a server gets with [`Environment::Listed`]. Any other variable may hold a
/// secret, and a submission is an untrusted program.
const LISTED: &[&str] = &[
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
    "TMPDIR",
    "CARGO_HOME",
    "RUSTUP_HOME",
    "PYENV_ROOT",
    "PYENV_VERSION",
    "NVM_DIR",
    "JAVA_HOME",
    "GOPATH",
    "GOROOT",
    "LD_LIBRARY_PATH",
];

/// Prefixes of the variables by which libpq and similar drivers choose a database, an account and
/// TLS ("libpq", "Environment Variables" in PostgreSQL's manual). Such a variable could lead the
/// server past `DATABASE_URL` to another database. `PGSSLMODE=require` would keep the server from
/// the judge's database, which speaks no TLS.
const OF_LIBPQ: &[&str] = &[
    "PGHOST",
    "PGPORT",
    "PGDATABASE",
    "PGUSER",
    "PGPASS",
    "PGSERVICE",
    "PGOPTIONS",
    "PGSSL",
    "PGGSS",
    "PGREQUIRE",
    "PGCHANNELBINDING",
    "PGTARGETSESSIONATTRS",
];

/// Prefixes of the variables by which cargo and nextest describe a program to that program.
const OF_CARGO: &[&str] =
    &["CARGO_PKG_", "CARGO_BIN_", "CARGO_MANIFEST_", "CARGO_CRATE_", "NEXTEST"];

/// Variables that cargo and systemd set for one process, and not for its children.
const OF_THIS_PROCESS: &[&str] = &[
    "CARGO_PRIMARY_PACKAGE",
    "CARGO_TARGET_TMPDIR",
    "NOTIFY_SOCKET",
    "LISTEN_PID",
    "LISTEN_PIDFDID",
    "LISTEN_FDS",
    "LISTEN_FDNAMES",
    "WATCHDOG_PID",
    "WATCHDOG_USEC",
];

impl Environment {
    /// The part of an environment that a server gets.
    pub(crate) fn of_server(
        self,
        all: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> impl Iterator<Item = (OsString, OsString)> {
        all.into_iter().filter(move |(name, _)| match (self, name.to_str()) {
            (Self::Listed, name) => name.is_some_and(|name| LISTED.contains(&name)),
            (Self::Inherited, Some(name)) => {
                !SET_BY_JUDGE.contains(&name) && !begins(name, OF_LIBPQ) && !is_about_us(name)
            }
            // All names to leave out are ASCII, and this name is not.
            (Self::Inherited, None) => true,
        })
    }
}

/// Whether a variable describes the judge itself, and would mislead a server or a build.
fn is_about_us(name: &str) -> bool {
    begins(name, OF_CARGO) || OF_THIS_PROCESS.contains(&name)
}

fn begins(name: &str, with: &[&str]) -> bool {
    with.iter().any(|with| name.starts_with(with))
}

/// The exact names of variables that a build gets.
const BUILD_NAMES: &[&str] = &[
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "LANG",
    "LANGUAGE",
    "TZ",
    "TMPDIR",
    "XDG_CACHE_HOME",
    "JAVA_HOME",
    "VIRTUAL_ENV",
    "RUSTFLAGS",
    "RUSTC_WRAPPER",
    "NODE_EXTRA_CA_CERTS",
    "NVM_DIR",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "CC",
    "CXX",
    "AR",
    "PKG_CONFIG_PATH",
    "GOPATH",
    "GOROOT",
    "GOPROXY",
    "GOCACHE",
    "GOMODCACHE",
    "GOFLAGS",
    "GOSUMDB",
    "GONOSUMDB",
    "GOPRIVATE",
    "GOTOOLCHAIN",
    "GOBIN",
    "GOENV",
    "GOINSECURE",
    "GONOPROXY",
    "GOTMPDIR",
];

/// Prefixes of the names of variables that a build gets.
const BUILD_PREFIXES: &[&str] =
    &["LC_", "CARGO_", "RUSTUP_", "NPM_CONFIG_", "npm_config_", "PIP_", "PYENV_"];

/// Parts of the names of secrets, which a build never gets. Tokens of registries are among
/// `CARGO_*` and `npm_config_*`; a private registry's token belongs in the tool's own file.
const SECRET: &[&str] =
    &["TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIAL", "_AUTH", "APIKEY", "API_KEY"];

/// The variables that a build gets: those that tools need, without secrets.
pub(crate) fn for_build(
    all: impl Iterator<Item = (OsString, OsString)>,
) -> impl Iterator<Item = (OsString, OsString)> {
    all.filter(|(name, _)| name.to_str().is_some_and(is_allowed))
}

fn is_allowed(name: &str) -> bool {
    let begins = |with: &&str| name.starts_with(*with);
    let upper = name.to_ascii_uppercase();
    (BUILD_NAMES.contains(&name) || BUILD_PREFIXES.iter().any(begins))
        && !is_about_us(name)
        && !SECRET.iter().any(|word| upper.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gets(environment: Environment, name: &str) -> bool {
        environment.of_server([(name.into(), "x".into())]).next().is_some()
    }

    #[test]
    fn each_environment_passes_on_the_documented_variables() {
        // The name, and whether it is passed on when inherited and when listed.
        for (name, inherited, listed) in [
            ("PATH", true, true),
            ("CARGO_HOME", true, true),
            ("VENV", true, false),
            ("API_TOKEN", true, false),
            ("CARGO_TARGET_DIR", true, false),
            ("PGAPPNAME", true, false),
            ("PORT", false, false),
            ("DATABASE_URL", false, false),
            ("PGHOST", false, false),
            ("PGPASSWORD", false, false),
            ("PGSSLMODE", false, false),
            ("CARGO_PKG_NAME", false, false),
            ("CARGO_MANIFEST_DIR", false, false),
            ("CARGO_BIN_EXE_server", false, false),
            ("NEXTEST_RUN_ID", false, false),
            ("NOTIFY_SOCKET", false, false),
            ("LISTEN_FDS", false, false),
        ] {
            assert_eq!(gets(Environment::Inherited, name), inherited, "{name} inherited");
            assert_eq!(gets(Environment::Listed, name), listed, "{name} listed");
        }
    }

    #[test]
    fn variable_whose_name_is_not_utf8_is_inherited_and_not_listed() {
        use std::os::unix::ffi::OsStringExt as _;
        let name = || OsString::from_vec(vec![b'A', 0xff]);
        let left =
            |environment: Environment| environment.of_server([(name(), OsString::new())]).count();
        assert_eq!((left(Environment::Inherited), left(Environment::Listed)), (1, 0));
    }

    #[test]
    fn build_gets_the_variables_of_tools_and_no_secret() {
        for name in ["PATH", "HOME", "LC_ALL", "CARGO_TARGET_DIR", "npm_config_registry", "GOPROXY"]
        {
            assert!(is_allowed(name), "{name}");
        }
        for name in [
            "DATABASE_URL",
            "AWS_SECRET_ACCESS_KEY",
            "GITHUB_TOKEN",
            "CARGO_REGISTRY_TOKEN",
            "CARGO_REGISTRIES_SET_BY_JUDGE_TOKEN",
            "npm_config_//registry.example/:_authToken",
            "GOOGLE_APPLICATION_CREDENTIALS",
            "CARGO_MANIFEST_DIR",
            "LD_PRELOAD",
        ] {
            assert!(!is_allowed(name), "{name}");
        }
    }
}
