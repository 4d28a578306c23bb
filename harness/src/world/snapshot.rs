use std::collections::{BTreeSet, HashMap};
use std::sync::PoisonError;

use super::sockets;
use super::stage::Stage;
use crate::history::What;

/// Takes down which connections have bytes that the server has not read, and which it has not
/// accepted: requests on all others, sent before, are proved to be in its hands.
pub(super) fn take(stage: &Stage) {
    let as_of_us = stage.recorder.now_us();
    let sockets = match sockets::of_port(stage.port()) {
        Ok(sockets) => sockets,
        Err(error) => {
            stage.abandon_by_world("read the kernel's socket tables", &error.to_string());
            return;
        }
    };
    let held: HashMap<u16, _> =
        sockets.iter().filter(|s| s.local == stage.port()).map(|s| (s.remote, s)).collect();
    let sending: HashMap<u16, _> =
        sockets.iter().filter(|s| s.remote == stage.port()).map(|s| (s.local, s)).collect();
    let mut unread = BTreeSet::new();
    let mut unaccepted = BTreeSet::new();
    let conns = stage.conns.lock().unwrap_or_else(PoisonError::into_inner);
    for (port, name) in conns.iter() {
        let arrived = sending.get(port).is_some_and(|socket| socket.unsent == 0);
        match held.get(port) {
            Some(socket) if socket.inode == 0 => drop(unaccepted.insert(name.clone())),
            Some(socket) if socket.unread == 0 && arrived => {}
            // Not read, not arrived, or not to be found: nothing is proved.
            Some(_) | None => drop(unread.insert(name.clone())),
        }
    }
    drop(conns);
    stage.record("world", What::Snapshot { as_of_us, unread, unaccepted });
}
