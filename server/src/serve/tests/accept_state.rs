//! Accepting connections, and its failures.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

use axum::Router;
use futures_util::{StreamExt, stream};
use tokio::io::{AsyncWriteExt, DuplexStream};

use crate::testing::{Gate, Rig, ms, settle};
use crate::{Cause, Listener, Policy, ShutdownHandle, Signal};

#[tokio::test(start_paused = true)]
async fn accept_without_descriptors_pauses_and_retries() {
    let rig = Rig::new(Policy::default(), Gate::new().app(ShutdownHandle::new()));
    rig.fail_accept(io::Error::from_raw_os_error(24)); // EMFILE
    let mut client = rig.connect();
    client.get("/").await;
    // An immediate retry would spin.
    assert!(client.is_quiet().await);
    assert_eq!(client.answer().await.status(), 200);
    assert_eq!(rig.elapsed(), ms(100));
}

#[tokio::test(start_paused = true)]
async fn aborted_connection_is_skipped_without_a_pause() {
    let rig = Rig::new(Policy::default(), Gate::new().app(ShutdownHandle::new()));
    rig.fail_accept(io::ErrorKind::ConnectionAborted.into());
    let mut client = rig.connect();
    client.get("/").await;
    assert_eq!(client.answer().await.status(), 200);
    assert_eq!(rig.elapsed(), ms(0));
}

#[tokio::test(start_paused = true)]
async fn signal_during_the_accept_pause_begins_the_shutdown() {
    let mut rig = Rig::new(Policy::default(), Router::new());
    rig.fail_accept(io::Error::from_raw_os_error(24));
    settle().await;
    rig.terminate().await;
    assert!(rig.is_done());
}

/// The connection behind the failures has waited in the accept queue since before the signal.
#[tokio::test(start_paused = true)]
async fn accept_failure_during_the_seal_loses_no_later_connection() {
    let mut rig = Rig::new(Policy::default(), Gate::new().app(ShutdownHandle::new()));
    settle().await;
    rig.signal(Signal::Terminate);
    rig.fail_accept(io::Error::from_raw_os_error(24));
    rig.fail_accept(io::ErrorKind::ConnectionAborted.into());
    let mut client = rig.connect();
    client.get("/").await;
    assert_eq!(client.answer().await.status(), 200);
    drop(client);
    assert!(rig.report().await.clean);
}

/// The server has accepted these connections, but none of their tasks has run. Even without any
/// grace, each connection is read before it is closed.
#[tokio::test(start_paused = true)]
async fn connection_just_accepted_is_read_before_it_is_closed() {
    let policy = Policy::default().idle_grace(ms(0)).first_byte_grace(ms(0)).linger(ms(0));
    let mut rig = Rig::new(policy, Gate::new().app(ShutdownHandle::new()));
    let mut clients: Vec<_> = (0..20).map(|_| rig.connect()).collect();
    for client in &mut clients {
        // The bytes fit into the connection's buffer, so this write does not let the server run.
        client.0.write_all(b"GET / HTTP/1.1\r\nhost: t\r\n\r\n").await.expect("room");
    }
    rig.signal(Signal::Terminate);
    for client in &mut clients {
        let answer = client.answer().await;
        assert_eq!(answer.status(), 200);
        assert!(answer.says_close());
    }
    drop(clients);
    let report = rig.report().await;
    assert!(report.clean);
    assert_eq!(report.finished, 20);
}

/// The listener never yields. On a single thread, no other task would run.
#[tokio::test(start_paused = true)]
async fn endless_connections_starve_no_task_and_do_not_stop_the_shutdown() {
    /// A listener with an endless supply of connections, as far as a test can wait.
    struct Endless(usize);

    impl Listener for Endless {
        type Io = DuplexStream;
        type Addr = ();

        async fn accept(&mut self) -> io::Result<(DuplexStream, ())> {
            self.0 += 1;
            assert!(self.0 < 200_000, "no other task runs");
            Ok((tokio::io::duplex(1).0, ()))
        }

        fn local_addr(&self) -> io::Result<()> {
            Ok(())
        }
    }

    let (send, mut sent) = tokio::sync::mpsc::unbounded_channel();
    // The sending task needs a turn on the only thread.
    tokio::spawn(async move { send.send(Signal::Terminate) });
    let signals = stream::poll_fn(move |cx| sent.poll_recv(cx));
    let report = crate::serve(Endless(0), Router::new()).signals(signals).await;
    assert!(report.clean && !report.panicked, "{report}");
}

/// The listener never yields by itself, so the order of polling decides.
#[tokio::test(start_paused = true)]
async fn listener_that_is_always_ready_does_not_starve_the_signal() {
    const ENDLESS: usize = 5_000;

    struct Ready(Arc<AtomicUsize>);

    impl Listener for Ready {
        type Io = DuplexStream;
        type Addr = ();

        async fn accept(&mut self) -> io::Result<(DuplexStream, ())> {
            if self.0.fetch_add(1, Ordering::Relaxed) >= ENDLESS {
                std::future::pending::<()>().await;
            }
            Ok((tokio::io::duplex(1).0, ()))
        }

        fn local_addr(&self) -> io::Result<()> {
            Ok(())
        }
    }

    let accepted = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&accepted);
    // The signal arrives during the accepts, as if from another thread.
    let signals = stream::poll_fn(move |_| match seen.load(Ordering::Relaxed) {
        0..100 => Poll::Pending,
        _ => Poll::Ready(Some(Signal::Terminate)),
    });
    let report = crate::serve(Ready(accepted), Router::new()).signals(signals.take(1)).await;
    assert!(report.clean);
    let before = report.at_signal.connections;
    assert!(before < ENDLESS, "the server accepted {before} before it noticed the signal");
}

#[tokio::test(start_paused = true)]
async fn panic_of_the_accept_loop_begins_a_graceful_shutdown() {
    /// Returns one connection, then panics.
    struct Panics(Option<DuplexStream>);

    impl Listener for Panics {
        type Io = DuplexStream;
        type Addr = ();

        async fn accept(&mut self) -> io::Result<(DuplexStream, ())> {
            Ok((self.0.take().expect("a listener's panic, on purpose"), ()))
        }

        fn local_addr(&self) -> io::Result<()> {
            Ok(())
        }
    }

    let gate = Gate::new();
    let (ours, theirs) = tokio::io::duplex(1024);
    let mut client = crate::testing::Client(ours);
    client.send("GET /held HTTP/1.1\r\nhost: test\r\n\r\n").await;
    let app = gate.app(ShutdownHandle::new());
    let server = tokio::spawn(crate::serve(Panics(Some(theirs)), app).into_future());
    settle().await;
    gate.let_go(1);
    let answer = client.answer().await;
    assert!(answer.says_close());
    drop(client);
    let report = server.await.expect("the panic was caught");
    assert_eq!((report.cause, report.exit_code()), (Cause::Panic, 70));
    assert_eq!((report.aborted.requests, report.seal_method), (0, None));
}

#[tokio::test(start_paused = true)]
async fn end_of_the_signal_stream_leaves_the_server_running() {
    let (ours, theirs) = tokio::io::duplex(1024);
    let mut client = crate::testing::Client(ours);
    let (queue, accepted) = tokio::sync::mpsc::unbounded_channel();
    queue.send(Ok(theirs)).expect("open");
    let listener = crate::testing::MemoryListener::new(accepted);
    let app = Gate::new().app(ShutdownHandle::new());
    let server = crate::serve(listener, app).signals(stream::empty());
    let server = tokio::spawn(server.into_future());
    client.get("/").await;
    assert_eq!(client.answer().await.status(), 200);
    assert!(!server.is_finished());
}
