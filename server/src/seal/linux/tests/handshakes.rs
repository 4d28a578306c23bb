//! Which handshakes the kernel shows. `TCP_DEFER_ACCEPT` keeps them under way until the client's
//! first byte.

use std::collections::HashSet;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::{LISTENERS, listen, listeners};
use crate::seal::linux::handshakes::Handshakes;
use crate::seal::linux::sys;

#[tokio::test]
async fn handshake_is_seen_until_it_ends() {
    for of in listeners() {
        let (listener, reached) = listen(of);
        let handshakes = Handshakes::of(&listener).expect("netlink");
        let seen = || handshakes.under_way().expect("netlink");
        // A handshake that is not deferred ends within `connect`, so it is never seen.
        let _done = TcpStream::connect(reached[0]).await.expect("room");
        assert_eq!(seen(), HashSet::new(), "{of:?}");

        sys::defer_accept(&listener, true);
        let mut clients = Vec::new();
        for to in &reached {
            clients.push(TcpStream::connect(to).await.expect("room"));
        }
        let addresses = clients.iter().map(|it| it.local_addr().expect("connected"));
        assert_eq!(seen(), addresses.collect(), "{of:?}");
        for mut client in clients {
            client.write_all(b"x").await.expect("sent");
        }
        assert_eq!(seen(), HashSet::new(), "{of:?}");
    }
}

#[tokio::test]
async fn handshakes_of_other_listeners_are_not_seen() {
    let (one, _) = listen(("127.0.0.1:0", false, &[]));
    let port = one.local_addr().expect("bound").port();
    // Another port, and another address with the same port.
    let (other, at_other) = listen(LISTENERS[0]);
    let (beside, at_beside) = listen((&format!("127.0.0.2:{port}"), false, &["127.0.0.2"]));
    for (listener, at) in [(&other, at_other[0]), (&beside, at_beside[0])] {
        sys::defer_accept(listener, true);
        let _client = TcpStream::connect(at).await.expect("room");
        let [theirs, ours] = [listener, &one].map(|it| Handshakes::of(it).expect("netlink"));
        assert_eq!(theirs.under_way().expect("netlink").len(), 1);
        assert_eq!(ours.under_way().expect("netlink").len(), 0);
    }
}
