use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};

use crate::systemd::Notifier;

/// Stands for systemd: receives the messages.
pub(super) struct Manager {
    socket: UnixDatagram,
    name: String,
}

impl Manager {
    /// `name` must be unique to one test.
    pub(super) fn new(name: &str) -> Self {
        let name = format!("lastorders-{}-{name}", std::process::id());
        let address = SocketAddr::from_abstract_name(&name).expect("a short name");
        let socket = UnixDatagram::bind_addr(&address).expect("a name of our own");
        socket.set_nonblocking(true).expect("a socket");
        Self { socket, name }
    }

    /// The value of `NOTIFY_SOCKET`.
    pub(super) fn address(&self) -> String {
        format!("@{}", self.name)
    }

    pub(super) fn notifier(&self) -> Notifier {
        let address = self.socket.local_addr().expect("bound");
        Notifier::to(&address).expect("a socket receives")
    }

    /// The next message, if there is one.
    pub(super) fn received(&self) -> Option<String> {
        let mut message = [0; 1024];
        match self.socket.recv(&mut message) {
            Ok(length) => Some(String::from_utf8_lossy(&message[..length]).into_owned()),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => None,
            Err(error) => panic!("{error}"),
        }
    }

    /// All messages since the last call.
    pub(super) fn received_all(&self) -> Vec<String> {
        std::iter::from_fn(|| self.received()).collect()
    }
}
