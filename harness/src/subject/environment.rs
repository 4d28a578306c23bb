use std::ffi::OsString;

use crate::run::is_about_us;

/// Variables that a build gets under exactly these names.
const NAMES: &[&str] = &[
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

/// Variables that a build gets if their name begins so.
const PREFIXES: &[&str] =
    &["LC_", "CARGO_", "RUSTUP_", "NPM_CONFIG_", "npm_config_", "PIP_", "PYENV_"];

/// What a name that bears a secret has in it. Registries' tokens stand among `CARGO_*` and
/// `npm_config_*`; whoever needs a private registry names it in the tool's own file.
const SECRET: &[&str] =
    &["TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIAL", "_AUTH", "APIKEY", "API_KEY"];

/// The part of this environment that a build may see: what tools need, and no secret.
pub(crate) fn for_build(
    all: impl Iterator<Item = (OsString, OsString)>,
) -> impl Iterator<Item = (OsString, OsString)> {
    all.filter(|(name, _)| name.to_str().is_some_and(is_allowed))
}

fn is_allowed(name: &str) -> bool {
    let begins = |with: &&str| name.starts_with(*with);
    let upper = name.to_ascii_uppercase();
    (NAMES.contains(&name) || PREFIXES.iter().any(begins))
        && !is_about_us(name)
        && !SECRET.iter().any(|word| upper.contains(word))
}

#[cfg(test)]
mod tests {
    use super::is_allowed;

    #[test]
    fn tools_find_what_they_need_and_no_secret_passes() {
        for name in ["PATH", "HOME", "LC_ALL", "CARGO_TARGET_DIR", "npm_config_registry", "GOPROXY"]
        {
            assert!(is_allowed(name), "{name}");
        }
        for name in [
            "DATABASE_URL",
            "AWS_SECRET_ACCESS_KEY",
            "GITHUB_TOKEN",
            "CARGO_REGISTRY_TOKEN",
            "CARGO_REGISTRIES_OURS_TOKEN",
            "npm_config_//registry.example/:_authToken",
            "GOOGLE_APPLICATION_CREDENTIALS",
            "CARGO_MANIFEST_DIR",
            "LD_PRELOAD",
        ] {
            assert!(!is_allowed(name), "{name}");
        }
    }
}
