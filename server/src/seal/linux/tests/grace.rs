//! The wait for handshakes under way.

use std::pin::pin;
use std::time::Duration;

use futures_util::FutureExt;
use rustix::net::sockopt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::{LISTENERS, frozen_context, listen, listeners, seal_context};
use crate::clock::TokioClock;
use crate::seal::linux::handshakes::Handshakes;
use crate::seal::linux::{grace, sys};

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn grace_ends_at_once_without_handshakes() {
    let (mut listener, _) = listen(LISTENERS[0]);
    let handshakes = Handshakes::of(&listener).expect("netlink");
    let (context, _admitted) = frozen_context();
    let wait = grace::wait(&mut listener, None, Some(&handshakes), &context);
    assert_eq!(wait.now_or_never(), Some(()));
}

#[tokio::test]
async fn grace_admits_connections_and_ends_with_the_last_handshake() {
    for of in listeners() {
        let (mut listener, reached) = listen(of);
        sys::defer_accept(&listener, true);
        let handshakes = Handshakes::of(&listener).expect("netlink");
        let mut clients = Vec::new();
        for to in [&reached[..], &reached[..]].concat() {
            clients.push(TcpStream::connect(to).await.expect("room"));
        }
        let (context, mut admitted) = frozen_context();
        let mut wait = pin!(grace::wait(&mut listener, None, Some(&handshakes), &context));
        for client in &mut clients {
            assert_eq!(wait.as_mut().now_or_never(), None, "{of:?}: a handshake is left");
            client.write_all(b"x").await.expect("sent");
        }
        wait.await;
        assert_eq!(admitted.count(), clients.len(), "{of:?}");
    }
}

/// Only a query shows that a handshake was given up, so the clock runs in this test.
#[tokio::test]
async fn grace_ends_when_the_client_gives_up_the_last_handshake() {
    let (mut listener, reached) = listen(LISTENERS[0]);
    sys::defer_accept(&listener, true);
    let handshakes = Handshakes::of(&listener).expect("netlink");
    let client = TcpStream::connect(reached[0]).await.expect("room");
    let (context, mut admitted) = seal_context(HOUR, TokioClock);
    let mut wait = pin!(grace::wait(&mut listener, None, Some(&handshakes), &context));
    assert_eq!(wait.as_mut().now_or_never(), None, "the handshake is left");
    sockopt::set_socket_linger(&client, Some(Duration::ZERO)).expect("any socket");
    drop(client);
    wait.await;
    assert_eq!(admitted.count(), 0);
}

#[tokio::test]
async fn grace_ignores_handshakes_that_begin_later() {
    let (mut listener, reached) = listen(LISTENERS[0]);
    sys::defer_accept(&listener, true);
    let handshakes = Handshakes::of(&listener).expect("netlink");
    let mut early = TcpStream::connect(reached[0]).await.expect("room");
    let (context, mut admitted) = frozen_context();
    let mut wait = pin!(grace::wait(&mut listener, None, Some(&handshakes), &context));
    assert_eq!(wait.as_mut().now_or_never(), None, "the handshake is left");
    let _late = TcpStream::connect(reached[0]).await.expect("room");
    early.write_all(b"x").await.expect("sent");
    wait.await;
    assert_eq!(admitted.count(), 1);
}

/// The paused clock advances only when no task can run.
#[tokio::test(start_paused = true)]
async fn grace_lasts_in_full_when_handshakes_cannot_be_seen() {
    let (mut listener, _) = listen(LISTENERS[0]);
    let (context, _admitted) = seal_context(HOUR, TokioClock);
    let began = Instant::now();
    grace::wait(&mut listener, None, None, &context).await;
    assert_eq!(began.elapsed(), HOUR);
}

#[tokio::test(start_paused = true)]
async fn grace_bounds_the_wait_for_a_handshake_that_never_ends() {
    let (mut listener, reached) = listen(LISTENERS[0]);
    sys::defer_accept(&listener, true);
    let handshakes = Handshakes::of(&listener).expect("netlink");
    let _client = std::net::TcpStream::connect(reached[0]).expect("room");
    let grace = Duration::from_millis(50);
    let (context, _admitted) = seal_context(grace, TokioClock);
    let began = Instant::now();
    grace::wait(&mut listener, None, Some(&handshakes), &context).await;
    assert_eq!(began.elapsed(), grace);
}

#[tokio::test]
async fn grace_admits_from_both_listeners() {
    let (mut first, at_first) = listen(LISTENERS[0]);
    let (mut second, at_second) = listen(LISTENERS[0]);
    sys::defer_accept(&first, true);
    let handshakes = Handshakes::of(&first).expect("netlink");
    let mut held = TcpStream::connect(at_first[0]).await.expect("room");
    let (context, mut admitted) = frozen_context();
    let wait = grace::wait(&mut first, Some(&mut second), Some(&handshakes), &context);
    let mut wait = pin!(wait);
    assert_eq!(wait.as_mut().now_or_never(), None, "the handshake is left");
    let _other = TcpStream::connect(at_second[0]).await.expect("room");
    tokio::select! {
        () = &mut wait => panic!("the handshake is left"),
        it = admitted.0.recv() => assert!(it.is_some()),
    }
    held.write_all(b"x").await.expect("sent");
    wait.await;
    assert_eq!(admitted.count(), 1);
}
