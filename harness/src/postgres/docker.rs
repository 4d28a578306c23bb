use std::time::Duration;

use bollard::Docker;
use bollard::errors::Error as DockerError;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use testcontainers::core::client::docker_client_instance;
use testcontainers::core::{IntoContainerPort, Mount};
use testcontainers::runners::AsyncRunner;
use testcontainers::{ContainerAsync, ContainerRequest, GenericImage, ImageExt};
use tokio::time::timeout;

use super::advice::{Attempt, Effort, Fix, Machine};
use super::cluster::SETTINGS;
use super::error::{chain, log_tail};
use super::owner::Owner;
use super::wait::until_it_answers;
use super::{RunId, Tell};
use crate::guard::Guard;

/// The label of each of our containers. Its value is the run's id.
pub(super) const LABEL_RUN: &str = "lastorders.run";

/// The label that names the process that made a container.
pub(super) const LABEL_OWNER: &str = "lastorders.owner";

/// The environment variable that selects another image.
const IMAGE_VARIABLE: &str = "LASTORDERS_POSTGRES_IMAGE";
const DEFAULT_IMAGE: &str = "postgres:17-alpine";

/// A running daemon answers a ping in milliseconds.
const PING: Duration = Duration::from_millis(1500);
const PULL: Duration = Duration::from_secs(120);
const START: Duration = Duration::from_secs(60);
const REMOVE: Duration = Duration::from_secs(30);

/// The data directory in the container. It is in memory, and ends with the container.
const DATA: &str = "/lastorders";

/// Removes the container `$name` if the program `docker` is in `PATH`.
const CLEANUP: &str = r#"
[ -n "$name" ] && command -v docker >/dev/null && exec docker rm --force --volumes "$name"
"#;

/// A running container with Postgres in it.
#[derive(Debug)]
pub(super) struct Container {
    /// `None` once stopped.
    container: Option<ContainerAsync<GenericImage>>,
    guard: Option<Guard>,
    name: String,
    options: PgConnectOptions,
}

/// The image, as `name:tag`.
pub(super) fn image() -> String {
    std::env::var(IMAGE_VARIABLE)
        .ok()
        .filter(|image| !image.trim().is_empty())
        .unwrap_or_else(|| DEFAULT_IMAGE.to_owned())
}

/// A client of a daemon that answers.
pub(super) async fn daemon() -> Result<Docker, Attempt> {
    const TRIED: &str = "docker: a container through testcontainers";
    let failed = |happened: String| {
        let fix = Machine::detect().reach_docker(&happened);
        Attempt::new(TRIED, happened, fix)
    };
    let docker = docker_client_instance().await.map_err(|error| failed(chain(&error)))?;
    match timeout(PING, docker.ping()).await {
        Ok(Ok(_)) => Ok(docker),
        Ok(Err(error)) => Err(failed(chain(&error))),
        Err(_) => Err(failed(format!("the daemon did not answer a ping within {PING:?}"))),
    }
}

/// How to get a missing image.
pub(super) fn pull_it(image: &str) -> Fix {
    let text =
        format!("`docker pull {image}`, or set {IMAGE_VARIABLE} to an image that Docker has");
    Fix::new(Effort::Network, text)
}

/// Whether the daemon has the image.
pub(super) async fn has_image(docker: &Docker, image: &str) -> Result<bool, DockerError> {
    match docker.inspect_image(image).await {
        Ok(_) => Ok(true),
        Err(DockerError::DockerResponseServerError { status_code: 404, .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

impl Container {
    pub(super) async fn start(run: &RunId, tell: Tell<'_>) -> Result<Self, Attempt> {
        let docker = daemon().await?;
        let image = image();
        let tried = format!("docker: {image} through testcontainers");
        pull(&docker, &image, tell)
            .await
            .map_err(|why| Attempt::new(&*tried, why, pull_it(&image)))?;
        Self::run(run, &image).await.map_err(|why| {
            let text = format!("make `docker run --rm {image}` work");
            Attempt::new(&*tried, why, Fix::new(Effort::Repair, text))
        })
    }

    async fn run(run: &RunId, image: &str) -> Result<Self, String> {
        let name = format!("lastorders-{run}");
        let password = uuid::Uuid::new_v4().simple().to_string();
        // Without a shell or the program `docker` no guard runs, and `clean` finds the container.
        let mut guard = Guard::start(CLEANUP, "").ok();
        if let Some(guard) = &mut guard {
            let _ = guard.set(&name).await;
        }
        let request = request(run, image, &name, &password);
        let container = timeout(START, request.start())
            .await
            .map_err(|_| format!("the container did not start within {} s", START.as_secs()))?
            .map_err(|error| chain(&error))?;
        let options = PgConnectOptions::new_without_pgpass()
            .username("postgres")
            .password(&password)
            .database("postgres")
            .ssl_mode(PgSslMode::Disable);
        let mut this = Self { container: Some(container), guard, name, options };
        match this.await_ready().await {
            Ok(()) => Ok(this),
            Err(why) => {
                let _ = this.stop().await;
                Err(why)
            }
        }
    }

    /// The superuser's connection settings.
    pub(super) fn options(&self) -> &PgConnectOptions {
        &self.options
    }

    /// Removes the container and its volumes.
    pub(super) async fn stop(mut self) -> Result<(), String> {
        if let Some(container) = self.container.take() {
            let failed = |why: String| format!("failed to remove container {}: {why}", self.name);
            timeout(REMOVE, container.rm())
                .await
                .map_err(|_| failed(format!("it was not removed within {} s", REMOVE.as_secs())))?
                .map_err(|error| failed(chain(&error)))?;
        }
        if let Some(guard) = self.guard.take() {
            guard.dismiss().await;
        }
        Ok(())
    }

    async fn await_ready(&mut self) -> Result<(), String> {
        let Some(container) = &self.container else {
            return Err("no container".to_owned());
        };
        let host = container.get_host().await.map_err(|error| chain(&error))?.to_string();
        // The port is mapped for IPv4, and on many machines `localhost` means IPv6 first.
        let host = if host == "localhost" { "127.0.0.1" } else { &host };
        let port = container.get_host_port_ipv4(5432).await.map_err(|error| chain(&error))?;
        self.options = self.options.clone().host(host).port(port);
        let gone = async || match container.is_running().await {
            Ok(true) => None,
            Ok(false) => {
                let log = container.stderr_to_vec().await.unwrap_or_default();
                Some(format!("the container has ended: {}", log_tail(&log)))
            }
            Err(error) => Some(chain(&error)),
        };
        until_it_answers(&self.options, START, gone).await
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        // testcontainers removes a container on drop, but panics without a runtime. The guard
        // removes the container then.
        if let Some(container) = self.container.take()
            && tokio::runtime::Handle::try_current().is_err()
        {
            std::mem::forget(container);
        }
    }
}

fn request(run: &RunId, image: &str, name: &str, password: &str) -> ContainerRequest<GenericImage> {
    let (repository, tag) = split(image);
    let settings = SETTINGS.iter().flat_map(|setting| ["-c", setting]);
    GenericImage::new(repository, tag)
        .with_exposed_port(5432.tcp())
        .with_cmd(["postgres"].into_iter().chain(settings))
        .with_container_name(name)
        .with_label(LABEL_RUN, run.as_str())
        .with_label("lastorders.pid", std::process::id().to_string())
        .with_label(LABEL_OWNER, Owner::this().to_string())
        .with_env_var("POSTGRES_PASSWORD", password)
        .with_env_var("POSTGRES_INITDB_ARGS", "--no-sync --encoding=UTF8 --no-locale")
        .with_env_var("PGDATA", format!("{DATA}/data"))
        .with_mount(Mount::tmpfs_mount(DATA))
        .with_startup_timeout(START)
}

/// A registry may have a port, so only a colon after the last slash starts a tag.
fn split(image: &str) -> (&str, &str) {
    match image.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => (repository, tag),
        Some(_) | None => (image, "latest"),
    }
}

async fn pull(docker: &Docker, image: &str, tell: Tell<'_>) -> Result<(), String> {
    if has_image(docker, image).await.map_err(|error| chain(&error))? {
        return Ok(());
    }
    tell(&format!("pulling {image}, once, for at most {} s", PULL.as_secs()));
    let (repository, tag) = split(image);
    match timeout(PULL, GenericImage::new(repository, tag).pull_image()).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(format!("failed to pull the image: {}", chain(&error))),
        Err(_) => Err(format!("the image was not pulled within {} s", PULL.as_secs())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn docker_image_is_split_at_its_tag_and_not_at_a_port() {
        for (image, expected) in [
            ("postgres:17-alpine", ("postgres", "17-alpine")),
            ("postgres", ("postgres", "latest")),
            ("registry:5000/team/postgres", ("registry:5000/team/postgres", "latest")),
            ("registry:5000/postgres:15", ("registry:5000/postgres", "15")),
        ] {
            assert_eq!(split(image), expected);
        }
    }
}
