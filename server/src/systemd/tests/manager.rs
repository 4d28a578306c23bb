use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};

use crate::systemd::Notifier;

/// Receives what a service manager is told.
pub(super) struct Manager {
    socket: UnixDatagram,
    name: String,
}

impl Manager {
    /// `name` must be that of one test only.
    pub(super) fn new(name: &str) -> Self {
        let name = format!("lastorders-{}-{name}", std::process::id());
        let address = SocketAddr::from_abstract_name(&name).expect("a short name");
        let socket = UnixDatagram::bind_addr(&address).expect("a name of our own");
        socket.set_nonblocking(true).expect("a socket");
        Self { socket, name }
    }

    /// As it stands in `NOTIFY_SOCKET`.
    pub(super) fn address(&self) -> String {
        format!("@{}", self.name)
    }

    pub(super) fn notifier(&self) -> Notifier {
        let address = self.socket.local_addr().expect("bound");
        Notifier::to(&address).expect("somebody receives")
    }

    /// What it was told since it was asked last, and `None` if nothing.
    pub(super) fn heard(&self) -> Option<String> {
        let mut news = [0; 1024];
        match self.socket.recv(&mut news) {
            Ok(length) => Some(String::from_utf8_lossy(&news[..length]).into_owned()),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => None,
            Err(error) => panic!("{error}"),
        }
    }

    pub(super) fn heard_all(&self) -> Vec<String> {
        std::iter::from_fn(|| self.heard()).collect()
    }
}
