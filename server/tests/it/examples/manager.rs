use std::os::fd::{AsFd, OwnedFd};

use tempfile::TempDir;
use tokio::net::UnixDatagram;
use tokio::process::Command;

use super::built;
use super::process::Example;
use crate::within::within;

/// Does what systemd does: it holds a socket, passes it to processes, and hears how they are.
pub(crate) struct Manager {
    socket: OwnedFd,
    directory: TempDir,
    news: UnixDatagram,
}

impl Manager {
    pub(crate) fn new(socket: impl Into<OwnedFd>) -> Self {
        let directory = tempfile::tempdir().expect("a directory of our own");
        let news = UnixDatagram::bind(directory.path().join("notify")).expect("a free name");
        Self { socket: socket.into(), directory, news }
    }

    /// Starts a process, and waits until it listens.
    pub(crate) async fn start(&self, name: &str) -> Example {
        // Only the process itself knows its id before it is that of the example.
        let script = r#"export LISTEN_PID=$$ LISTEN_FDS=1; exec "$0" 3<&0 </dev/null"#;
        let mut command = Command::new("sh");
        command.args(["-c", script]).arg(built::program(name));
        command.env("NOTIFY_SOCKET", self.directory.path().join("notify"));
        command.stdin(self.socket.as_fd().try_clone_to_owned().expect("a copy"));
        Example::spawn(name, command).await
    }

    /// The next thing that it is told.
    pub(crate) async fn hear(&self) -> String {
        let mut news = [0; 1024];
        let heard = within("the manager is to be told", self.news.recv(&mut news)).await;
        String::from_utf8_lossy(&news[..heard.expect("a socket")]).into_owned()
    }

    /// The whole news of a process that was told to stop.
    pub(crate) async fn hear_stop(&self) {
        assert_eq!(self.hear().await, "STOPPING=1");
        let news = self.hear().await;
        let micros = news.strip_prefix("EXTEND_TIMEOUT_USEC=").expect("how long it may take");
        let micros: u64 = micros.parse().expect("a number");
        // What the policy allows at most, and a second.
        assert!((1..=10_050_000).contains(&micros), "{news}");
    }
}
