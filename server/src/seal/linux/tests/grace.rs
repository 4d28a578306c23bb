//! The wait for handshakes under way.

use std::pin::pin;
use std::time::Duration;

use futures_util::FutureExt;
use rustix::net::sockopt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::{LISTENERS, listen, listeners, seal_context, timeless_context};
use crate::clock::TokioClock;
use crate::seal::linux::handshakes::Handshakes;
use crate::seal::linux::{grace, sys};

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn without_handshakes_there_is_no_wait() {
    let (mut listener, _) = listen(LISTENERS[0]);
    let handshakes = Handshakes::of(&listener).expect("netlink");
    let (context, _admitted) = timeless_context();
    let wait = grace::wait(&mut listener, None, Some(&handshakes), &context);
    assert_eq!(wait.now_or_never(), Some(()));
}

#[tokio::test]
async fn it_ends_with_the_last_handshake_and_admits_what_comes() {
    for of in listeners() {
        let (mut listener, reached) = listen(of);
        sys::defer_accept(&listener, true);
        let handshakes = Handshakes::of(&listener).expect("netlink");
        let mut clients = Vec::new();
        for to in [&reached[..], &reached[..]].concat() {
            clients.push(TcpStream::connect(to).await.expect("room"));
        }
        let (context, mut admitted) = timeless_context();
        let mut wait = pin!(grace::wait(&mut listener, None, Some(&handshakes), &context));
        for client in &mut clients {
            assert_eq!(wait.as_mut().now_or_never(), None, "{of:?}: one is left");
            client.write_all(b"x").await.expect("sent");
        }
        wait.await;
        assert_eq!(admitted.count(), clients.len(), "{of:?}");
    }
}

/// Only a look shows that, so here time passes.
#[tokio::test]
async fn it_ends_when_the_last_handshake_is_given_up() {
    let (mut listener, reached) = listen(LISTENERS[0]);
    sys::defer_accept(&listener, true);
    let handshakes = Handshakes::of(&listener).expect("netlink");
    let client = TcpStream::connect(reached[0]).await.expect("room");
    let (context, mut admitted) = seal_context(HOUR, TokioClock);
    let mut wait = pin!(grace::wait(&mut listener, None, Some(&handshakes), &context));
    assert_eq!(wait.as_mut().now_or_never(), None, "one is left");
    sockopt::set_socket_linger(&client, Some(Duration::ZERO)).expect("any socket");
    drop(client);
    wait.await;
    assert_eq!(admitted.count(), 0);
}

#[tokio::test]
async fn it_does_not_wait_for_those_that_begin_later() {
    let (mut listener, reached) = listen(LISTENERS[0]);
    sys::defer_accept(&listener, true);
    let handshakes = Handshakes::of(&listener).expect("netlink");
    let mut early = TcpStream::connect(reached[0]).await.expect("room");
    let (context, mut admitted) = timeless_context();
    let mut wait = pin!(grace::wait(&mut listener, None, Some(&handshakes), &context));
    assert_eq!(wait.as_mut().now_or_never(), None, "one is left");
    let _late = TcpStream::connect(reached[0]).await.expect("room");
    early.write_all(b"x").await.expect("sent");
    wait.await;
    assert_eq!(admitted.count(), 1);
}

/// By a paused clock, which goes on when nothing else does.
#[tokio::test(start_paused = true)]
async fn where_handshakes_cannot_be_seen_it_is_the_whole_grace() {
    let (mut listener, _) = listen(LISTENERS[0]);
    let (context, _admitted) = seal_context(HOUR, TokioClock);
    let began = Instant::now();
    grace::wait(&mut listener, None, None, &context).await;
    assert_eq!(began.elapsed(), HOUR);
}

#[tokio::test(start_paused = true)]
async fn a_handshake_that_never_ends_is_not_waited_for_longer() {
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
async fn of_two_listeners_both_admit() {
    let (mut first, at_first) = listen(LISTENERS[0]);
    let (mut second, at_second) = listen(LISTENERS[0]);
    sys::defer_accept(&first, true);
    let handshakes = Handshakes::of(&first).expect("netlink");
    let mut held = TcpStream::connect(at_first[0]).await.expect("room");
    let (context, mut admitted) = timeless_context();
    let wait = grace::wait(&mut first, Some(&mut second), Some(&handshakes), &context);
    let mut wait = pin!(wait);
    assert_eq!(wait.as_mut().now_or_never(), None, "one is left");
    let _other = TcpStream::connect(at_second[0]).await.expect("room");
    tokio::select! {
        () = &mut wait => panic!("one is left"),
        it = admitted.0.recv() => assert!(it.is_some()),
    }
    held.write_all(b"x").await.expect("sent");
    wait.await;
    assert_eq!(admitted.count(), 1);
}
