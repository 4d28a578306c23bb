use std::os::fd::{AsFd, OwnedFd};

use tempfile::TempDir;
use tokio::net::UnixDatagram;
use tokio::process::Command;

use super::built;
use super::process::Example;
use crate::within::within;

/// Acts as systemd: holds a socket, passes it to processes, and receives their notifications.
pub(crate) struct Manager {
    socket: OwnedFd,
    directory: TempDir,
    notifications: UnixDatagram,
}

impl Manager {
    pub(crate) fn new(socket: impl Into<OwnedFd>) -> Self {
        let directory = tempfile::tempdir().expect("a directory of our own");
        let notifications =
            UnixDatagram::bind(directory.path().join("notify")).expect("a free name");
        Self { socket: socket.into(), directory, notifications }
    }

    /// Starts a process, and waits until it listens.
    pub(crate) async fn start(&self, name: &str) -> Example {
        // A shell does this, because `LISTEN_PID` must be the example's own process id.
        let script = r#"export LISTEN_PID=$$ LISTEN_FDS=1; exec "$0" 3<&0 </dev/null"#;
        let mut command = Command::new("sh");
        command.args(["-c", script]).arg(built::program(name));
        command.env("NOTIFY_SOCKET", self.directory.path().join("notify"));
        command.stdin(self.socket.as_fd().try_clone_to_owned().expect("a copy"));
        Example::spawn(name, command).await
    }

    /// Receives the next notification.
    pub(crate) async fn receive(&self) -> String {
        let mut notification = [0; 1024];
        let length = within("a notification", self.notifications.recv(&mut notification)).await;
        String::from_utf8_lossy(&notification[..length.expect("a socket")]).into_owned()
    }

    /// Receives all notifications of a process that was stopped.
    pub(crate) async fn receive_stop(&self) {
        assert_eq!(self.receive().await, "STOPPING=1");
        let notification = self.receive().await;
        let micros = notification.strip_prefix("EXTEND_TIMEOUT_USEC=").expect("a timeout");
        let micros: u64 = micros.parse().expect("a number");
        // At most the longest duration that the policy allows, plus 1 s.
        assert!((1..=10_050_000).contains(&micros), "{notification}");
    }
}
