use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::admin::{Admin, AdminError};
use super::error::{Attempt, LeaseError, StartError, StopError};
use super::lease::Lease;
use super::local::{Account, Binaries, Cluster};
use super::{Choice, RunId};

/// The Postgres of one run: however it came to be, it makes databases for scenarios.
///
/// Shape: [`start`](Self::start) once, [`lease`](Self::lease) for each scenario,
/// [`stop`](Self::stop) at the end. If it is dropped instead, or the process is killed, a guard
/// process puts a local cluster away; what a guard cannot reach is found by
/// [`clean`](super::clean).
#[must_use = "a Postgres that is not stopped leaves its databases or container behind"]
pub struct Postgres {
    source: Source,
    origin: String,
    admin: Arc<Admin>,
    prefix: String,
    next: AtomicU32,
}

/// What there is to put away.
pub(super) enum Source {
    /// A cluster of our own.
    Cluster(Cluster),
}

impl Postgres {
    /// Finds or starts a Postgres. Takes a second or two for a container or a local cluster; an
    /// image or an archive that must be downloaded may take minutes, and is announced through
    /// `tracing` at level info.
    ///
    /// [`Choice::Auto`] tries Docker, then binaries on this machine, then a download. The
    /// environment's `DATABASE_URL` is never looked at.
    ///
    /// # Errors
    ///
    /// When nothing worked; the error lists every attempt, and what would mend it.
    pub async fn start(choice: &Choice, run: &RunId) -> Result<Self, StartError> {
        let mut attempts = Vec::new();
        for rung in ladder(choice) {
            match rung.climb(run).await {
                Ok(found) => return Ok(found),
                Err(attempt) => {
                    tracing::info!(%attempt, "this way leads to no postgres");
                    attempts.push(attempt);
                }
            }
        }
        Err(StartError { attempts })
    }

    /// Where it came from, in words for the user: the image or the directory, and the version.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// A fresh database with a role that can reach no other. Many leases may be held at once.
    ///
    /// # Errors
    ///
    /// When the server refuses or cannot be reached.
    pub async fn lease(&self, label: &str) -> Result<Lease, LeaseError> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}{number}", self.prefix);
        tracing::debug!(%name, label, "a database for a scenario");
        Lease::make(Arc::clone(&self.admin), name).await
    }

    /// Removes everything that this run made: databases and roles where the server lives on, else
    /// the whole container or cluster. Leases that are still held end with it.
    ///
    /// # Errors
    ///
    /// When something could not be removed; the error says what is left.
    pub async fn stop(self) -> Result<(), StopError> {
        self.admin.close().await;
        let result = match self.source {
            Source::Cluster(cluster) => cluster.stop().await,
        };
        result.map_err(|problem| StopError { problems: vec![problem] })
    }
}

impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Postgres").field("origin", &self.origin).finish_non_exhaustive()
    }
}

/// One way to a Postgres.
enum Rung {
    Local,
}

fn ladder(choice: &Choice) -> Vec<Rung> {
    match choice {
        Choice::Auto => vec![Rung::Local],
        Choice::Docker => vec![],
        Choice::Local => vec![Rung::Local],
        Choice::Download => vec![],
        Choice::Url(_) => vec![],
    }
}

impl Rung {
    async fn climb(self, run: &RunId) -> Result<Postgres, Attempt> {
        match self {
            Self::Local => local(run).await,
        }
    }
}

async fn local(run: &RunId) -> Result<Postgres, Attempt> {
    const TRIED: &str = "local: server binaries on this machine";
    const INSTALL: &str = "install a server, for instance `apt-get install postgresql`";
    let binaries = tokio::task::spawn_blocking(Binaries::find)
        .await
        .map_err(|error| Attempt::new(TRIED, error, INSTALL))?
        .map_err(|why| Attempt::new(TRIED, why, INSTALL))?;
    cluster(TRIED, "local", &binaries, run).await
}

/// A cluster from these binaries, wherever they came from.
async fn cluster(
    tried: &str,
    word: &str,
    binaries: &Binaries,
    run: &RunId,
) -> Result<Postgres, Attempt> {
    let by_hand = || format!("`{} --version`", binaries.program("postgres").display());
    let failed = |why: String| {
        Attempt::new(tried, why, format!("see that {} runs as an ordinary user", by_hand()))
    };
    let account = Account::unprivileged().map_err(failed)?;
    let cluster = Cluster::start(binaries, account.as_ref(), run).await.map_err(failed)?;
    let user = account.map_or_else(String::new, |account| format!(" as user {}", account.name));
    let origin =
        format!("{word}: PostgreSQL {} from {}{user}", binaries.version, binaries.dir.display());
    match open_own(cluster.options().clone(), run).await {
        Ok(admin) => Ok(Postgres::new(Source::Cluster(cluster), origin, admin, run)),
        Err(error) => {
            let _ = cluster.stop().await;
            Err(failed(error.to_string()))
        }
    }
}

/// The administrator of a server that is ours alone.
async fn open_own(
    options: sqlx::postgres::PgConnectOptions,
    run: &RunId,
) -> Result<Admin, AdminError> {
    let admin = Admin::open(options, run).await?;
    admin.shut_common_databases().await?;
    Ok(admin)
}

impl Postgres {
    fn new(source: Source, origin: String, admin: Admin, run: &RunId) -> Self {
        Self {
            source,
            origin,
            admin: Arc::new(admin),
            prefix: run.prefix(),
            next: AtomicU32::new(1),
        }
    }
}
