//! Connections that have left HTTP, by an upgrade or by CONNECT.

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::drain::ConnectionClass;
use crate::testing::{Client, Gate, Rig, ms, settle};
use crate::{Policy, ShutdownHandle};

const CONNECT: &str = "CONNECT far.test:443 HTTP/1.1\r\nhost: far.test:443\r\n\r\n";
const UPGRADE: &str = "GET / HTTP/1.1\r\nhost: test\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n";

/// Answers CONNECT with 200 and an upgrade with 101, and passes the upgraded connection to `then`.
fn tunnels<F>(
    then: impl Fn(TokioIo<Upgraded>, ShutdownHandle) -> F + Clone + Send + Sync + 'static,
) -> Router
where
    F: Future<Output = ()> + Send + 'static,
{
    Router::new().fallback(move |mut request: Request| async move {
        let shutdown = ShutdownHandle::current().expect("a handler runs");
        let upgraded = hyper::upgrade::on(&mut request);
        tokio::spawn(async move {
            then(TokioIo::new(upgraded.await.expect("the answer was written")), shutdown).await;
        });
        let mut response = Response::new(Body::empty());
        if request.method() != Method::CONNECT {
            *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
            response.headers_mut().insert("upgrade", "x".parse().expect("a value"));
            response.headers_mut().insert("connection", "upgrade".parse().expect("a value"));
        }
        response
    })
}

/// Echoes bytes. If `polite`, it says goodbye when the drain begins.
pub(super) fn app(polite: bool) -> Router {
    tunnels(move |mut io, shutdown| async move {
        let mut byte = [0];
        loop {
            tokio::select! {
                () = shutdown.draining(), if polite => {
                    io.write_all(b"bye").await.expect("open");
                    io.shutdown().await.expect("open");
                    return;
                }
                read = io.read_exact(&mut byte) => match read {
                    Ok(_) => io.write_all(&byte).await.expect("open"),
                    Err(_) => return,
                },
            }
        }
    })
}

/// Each way out of HTTP: the request, its method, and the status of its answer.
const WAYS: [(&str, &str, &str); 2] = [(UPGRADE, "GET", "101"), (CONNECT, "CONNECT", "200")];

/// Opens an upgraded connection, and reads the head of the answer.
async fn open(rig: &Rig, request: &str, status: &str) -> Client {
    let mut client = rig.connect();
    client.send(request).await;
    head(&mut client, status).await;
    client
}

async fn head(client: &mut Client, status: &str) {
    let head = client.read_until("\r\n\r\n").await;
    assert!(head.starts_with(&format!("HTTP/1.1 {status}")), "{head}");
}

async fn echoes(client: &mut Client, byte: u8) {
    client.send([byte]).await;
    assert_eq!(client.0.read_u8().await.expect("an echo"), byte);
}

#[tokio::test(start_paused = true)]
async fn upgraded_connection_that_awaits_the_drain_ends_with_it() {
    for (request, _, status) in WAYS {
        let mut rig = Rig::new(Policy::default(), app(true));
        let mut client = open(&rig, request, status).await;
        echoes(&mut client, b'x').await;
        rig.terminate().await;
        assert_eq!(client.rest().await, "bye");
        let report = rig.report().await;
        assert!(report.clean, "{request}: {report}");
        assert_eq!((report.at_signal.upgraded, report.at_signal.connections), (1, 0));
        assert_eq!((report.at_signal.requests, report.took_ms), (0, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn upgraded_connection_that_ignores_the_drain_is_cut_at_the_deadline() {
    for (request, method, status) in WAYS {
        let mut rig = Rig::new(Policy::default(), app(false));
        let mut client = open(&rig, request, status).await;
        rig.terminate().await;
        tokio::time::advance(ms(7_999)).await;
        echoes(&mut client, b'y').await;
        assert!(client.closed().await);
        assert_eq!(rig.elapsed(), ms(8_000));
        let report = rig.report().await;
        assert_eq!((report.aborted.upgraded, report.aborted.requests), (1, 0));
        assert_eq!((report.at_signal.upgraded, report.took_ms), (1, 8_000));
        let cut = &report.aborted_connections[0];
        assert_eq!(cut.class, ConnectionClass::Upgraded);
        // The report names the request that upgraded the connection.
        let [origin] = &cut.requests[..] else { panic!("not one request: {:?}", cut.requests) };
        assert_eq!((origin.method.as_str(), origin.age_ms), (method, 8_000));
    }
}

/// The request was accepted before the signal, and is answered 101 after it.
#[tokio::test(start_paused = true)]
async fn connection_upgraded_during_the_drain_is_notified_and_awaited() {
    let gate = Gate::new();
    let held = {
        let gate = gate.clone();
        app(true).layer(axum::middleware::from_fn(
            move |request: Request, next: axum::middleware::Next| {
                let gate = gate.clone();
                async move {
                    gate.pass().await;
                    next.run(request).await
                }
            },
        ))
    };
    let mut rig = Rig::new(Policy::default(), held);
    let mut client = rig.connect();
    client.send(UPGRADE).await;
    rig.terminate().await;
    tokio::time::advance(ms(1_000)).await;
    settle().await;
    gate.let_go(1);
    head(&mut client, "101").await;
    assert_eq!(client.rest().await, "bye");
    assert!(rig.report().await.clean);
}

/// Reader and writer are two tasks, as in most WebSocket servers. Both wait for the client.
#[tokio::test(start_paused = true)]
async fn blocked_writer_and_reader_of_an_upgraded_connection_are_cut() {
    let ends = Gate::new();
    let app = {
        let ends = ends.clone();
        tunnels(move |io, _| {
            let ends = ends.clone();
            async move {
                let (mut reader, mut writer) = tokio::io::split(io);
                let ended = ends.clone();
                tokio::spawn(async move {
                    // More bytes than the connection buffers.
                    assert!(writer.write_all(&[b'x'; 100_000]).await.is_err());
                    ended.let_go(1);
                });
                assert!(reader.read_u8().await.is_err());
                ends.let_go(1);
            }
        })
    };
    let mut rig = Rig::new(Policy::default(), app);
    let client = open(&rig, UPGRADE, "101").await;
    rig.terminate().await;
    let report = rig.report().await;
    assert_eq!((report.took_ms, report.aborted.upgraded), (8_000, 1));
    // Both tasks have ended with an error.
    ends.pass().await;
    ends.pass().await;
    drop(client);
}

/// The application decides how an upgraded connection is closed.
#[tokio::test(start_paused = true)]
async fn upgraded_connection_may_shut_its_write_side_and_keep_reading() {
    let read = Gate::new();
    let app = {
        let read = read.clone();
        tunnels(move |mut io, _| {
            let read = read.clone();
            async move {
                io.shutdown().await.expect("open");
                let mut text = String::new();
                io.read_to_string(&mut text).await.expect("the client's end");
                assert_eq!(text, "late");
                read.let_go(1);
            }
        })
    };
    let mut rig = Rig::new(Policy::default(), app);
    let mut client = open(&rig, UPGRADE, "101").await;
    assert!(client.closed().await);
    rig.terminate().await;
    // Longer than the linger of an HTTP connection.
    tokio::time::advance(ms(2_000)).await;
    client.send("late").await;
    drop(client);
    read.pass().await;
    assert!(rig.report().await.clean);
}

#[tokio::test(start_paused = true)]
async fn refused_connect_is_an_ordinary_request() {
    let app = Router::new().fallback(|| async { StatusCode::FORBIDDEN });
    let mut rig = Rig::new(Policy::default(), app);
    let mut client = rig.connect();
    client.send(CONNECT).await;
    assert_eq!(client.answer().await.status(), 403);
    rig.terminate().await;
    let report = rig.report().await;
    assert!(report.clean);
    assert_eq!((report.at_signal.upgraded, report.at_signal.connections), (0, 1));
}
