use super::advice::Machine;
use super::binaries::{Account, Binaries};
use super::docker::{daemon, has_image, image, pull_it};
use super::embedded::{self, FetchError, Package};
use super::error::chain;
use super::source::download_fix;
use super::{Major, download};

/// Whether one source of Postgres works on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// The source, or a part of it, such as `docker image`.
    pub what: &'static str,
    /// Whether the source works.
    pub ok: bool,
    /// The state that was found.
    pub detail: String,
    /// How to fix the source. Empty if the source works.
    pub fix: String,
}

/// Looks at every source of Postgres within 5 s, and starts nothing.
///
/// `--postgres auto` needs one source that works.
pub async fn doctor() -> Vec<Diagnosis> {
    let (docker, local, embedded, download) =
        tokio::join!(docker(), local(), embedded(), download());
    docker.into_iter().chain([local, embedded, download]).collect()
}

async fn docker() -> Vec<Diagnosis> {
    let client = match daemon().await {
        Ok(client) => client,
        Err(attempt) => return vec![bad("docker", attempt.happened, attempt.fix)],
    };
    let image = image();
    let found = match has_image(&client, &image).await {
        Ok(true) => good("docker image", format!("{image} is present")),
        Ok(false) => bad(
            "docker image",
            format!("{image} is missing, and a run pulls it"),
            pull_it(&image).text,
        ),
        Err(error) => bad("docker image", chain(&error), "see what `docker images` says"),
    };
    vec![good("docker", "the daemon answers"), found]
}

async fn local() -> Diagnosis {
    const WHAT: &str = "local server";
    let looked = tokio::task::spawn_blocking(|| (Binaries::find(), Account::unprivileged())).await;
    match looked {
        Ok((Ok(binaries), Ok(account))) => {
            let user = account.map_or_else(String::new, |a| format!(", as user {}", a.name));
            let dir = binaries.dir.display();
            good(WHAT, format!("PostgreSQL {} in {dir}{user}", binaries.version))
        }
        Ok((Err(why), _)) => bad(WHAT, why, Machine::detect().install_server().text),
        Ok((_, Err(why))) => bad(WHAT, why, "run as an ordinary user"),
        Err(error) => bad(WHAT, error.to_string(), "try again"),
    }
}

async fn embedded() -> Diagnosis {
    const WHAT: &str = "embedded";
    let failed = |error: &FetchError| bad(WHAT, error.to_string(), error.fix().text);
    let package = match Package::for_this_machine(Major::default()) {
        Ok(package) => package,
        Err(error) => return bad(WHAT, error.to_string(), "choose another source with --postgres"),
    };
    match tokio::task::spawn_blocking(move || embedded::cached(&package)).await {
        Ok(Some(Ok(binaries))) => {
            let (version, dir) = (binaries.version, binaries.dir);
            good(WHAT, format!("PostgreSQL {version} is in {}", dir.display()))
        }
        Ok(Some(Err(error))) => failed(&error),
        Ok(None) => match embedded::reachable(&package).await {
            Ok(()) => {
                let (version, name) = (package.server(), package.name());
                good(WHAT, format!("npm has PostgreSQL {version} ({name}); nothing is fetched yet"))
            }
            Err(error) => failed(&error),
        },
        Err(error) => bad(WHAT, error.to_string(), "try again"),
    }
}

async fn download() -> Diagnosis {
    const WHAT: &str = "download";
    let Some(dir) = download::directory() else {
        return bad(WHAT, "neither XDG_CACHE_HOME nor HOME is set", "set one of them");
    };
    if let Some(binaries) = download::cached(&dir) {
        let version = binaries.version;
        return good(WHAT, format!("PostgreSQL {version} is in {}", dir.display()));
    }
    match download::reachable().await {
        Ok(()) => good(WHAT, "the archive's server can be reached; nothing is downloaded yet"),
        Err(why) => bad(WHAT, why, download_fix().text),
    }
}

fn good(what: &'static str, detail: impl Into<String>) -> Diagnosis {
    Diagnosis { what, ok: true, detail: detail.into(), fix: String::new() }
}

fn bad(what: &'static str, detail: impl Into<String>, fix: impl Into<String>) -> Diagnosis {
    Diagnosis { what, ok: false, detail: detail.into(), fix: fix.into() }
}
