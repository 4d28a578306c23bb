use std::collections::HashMap;
use std::io;

use super::sockets;
use lastorders_model::actor::Snapshot;

/// Which of these connections to a port have bytes that the server has not read, and which it has
/// not accepted: requests on all others, sent before, are proved to be in its hands.
pub(super) fn take(port: u16, conns: &[(u16, String)]) -> io::Result<Snapshot> {
    let sockets = sockets::of_port(port)?;
    let held: HashMap<u16, _> =
        sockets.iter().filter(|s| s.local == port).map(|s| (s.remote, s)).collect();
    let sending: HashMap<u16, _> =
        sockets.iter().filter(|s| s.remote == port).map(|s| (s.local, s)).collect();
    let mut snapshot = Snapshot::default();
    for (client, name) in conns {
        let arrived = sending.get(client).is_some_and(|socket| socket.unsent == 0);
        match held.get(client) {
            Some(socket) if socket.inode == 0 => {
                snapshot.unaccepted.insert(name.clone());
            }
            Some(socket) if socket.unread == 0 && arrived => {}
            // Not read, not arrived, or not to be found: nothing is proved.
            Some(_) | None => {
                snapshot.unread.insert(name.clone());
            }
        }
    }
    Ok(snapshot)
}
