//! CONNECT, in HTTP/1 and HTTP/2, and what an application may do with what is no longer HTTP.

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::report::ConnectionClass;
use crate::testing::{Client, Gate, Rig, ms, settle};
use crate::{Drain, Policy};

const CONNECT: &str = "CONNECT far.test:443 HTTP/1.1\r\nhost: far.test:443\r\n\r\n";
const UPGRADE: &str = "GET / HTTP/1.1\r\nhost: test\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n";

/// Answers CONNECT with 200 and an upgrade with 101, and hands what comes of it to `then`.
fn tunnels<F>(
    then: impl Fn(TokioIo<Upgraded>, Drain) -> F + Clone + Send + Sync + 'static,
) -> Router
where
    F: Future<Output = ()> + Send + 'static,
{
    Router::new().fallback(move |mut request: Request| async move {
        let drain = request.extensions().get::<Drain>().expect("in every request").clone();
        let upgraded = hyper::upgrade::on(&mut request);
        tokio::spawn(async move {
            then(TokioIo::new(upgraded.await.expect("the answer was written")), drain).await;
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

async fn echo(mut io: TokioIo<Upgraded>, _: Drain) {
    let mut byte = [0];
    while io.read_exact(&mut byte).await.is_ok() {
        if io.write_all(&byte).await.is_err() {
            return;
        }
    }
}

async fn say_goodbye(mut io: TokioIo<Upgraded>, drain: Drain) {
    drain.draining().await;
    io.write_all(b"bye").await.expect("open");
    io.shutdown().await.expect("open");
}

/// Opens one, and reads the head of the answer.
async fn open(rig: &Rig, request: &str, status: &str) -> Client {
    let mut client = rig.connect();
    client.send(request).await;
    head(&mut client, status).await;
    client
}

async fn head(client: &mut Client, status: &str) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.0.read_u8().await.expect("a whole head"));
    }
    let head = String::from_utf8(head).expect("text");
    assert!(head.starts_with(&format!("HTTP/1.1 {status}")), "{head}");
}

async fn echoes(client: &mut Client, byte: u8) {
    client.send([byte]).await;
    assert_eq!(client.0.read_u8().await.expect("an echo"), byte);
}

#[tokio::test(start_paused = true)]
async fn a_connect_tunnel_flows_until_the_deadline() {
    let mut rig = Rig::new(Policy::default(), tunnels(echo));
    let mut client = open(&rig, CONNECT, "200").await;
    echoes(&mut client, b'x').await;
    rig.terminate().await;
    tokio::time::advance(ms(7_999)).await;
    echoes(&mut client, b'y').await;
    assert!(client.closed().await);
    assert_eq!(rig.elapsed(), ms(8_000));
    let report = rig.report().await;
    assert_eq!((report.at_signal.upgraded, report.aborted.upgraded), (1, 1));
    assert_eq!(report.aborted_connections[0].class, ConnectionClass::Upgraded);
    assert_eq!(report.took_ms, 8_000);
}

#[tokio::test(start_paused = true)]
async fn one_that_listens_to_the_drain_ends_it() {
    let mut rig = Rig::new(Policy::default(), tunnels(say_goodbye));
    let mut client = open(&rig, CONNECT, "200").await;
    rig.terminate().await;
    let mut rest = String::new();
    client.0.read_to_string(&mut rest).await.expect("no reset");
    assert_eq!(rest, "bye");
    let report = rig.report().await;
    assert!(report.clean);
    assert_eq!((report.at_signal.upgraded, report.took_ms), (1, 0));
}

/// Accepted as a request before the signal, and answered 101 after it.
#[tokio::test(start_paused = true)]
async fn one_that_is_made_during_the_drain_is_told_and_waited_for() {
    let gate = Gate::new();
    let app = {
        let gate = gate.clone();
        tunnels(say_goodbye).layer(axum::middleware::from_fn(
            move |request: Request, next: axum::middleware::Next| {
                let gate = gate.clone();
                async move {
                    gate.pass().await;
                    next.run(request).await
                }
            },
        ))
    };
    let mut rig = Rig::new(Policy::default(), app);
    let mut client = rig.connect();
    client.send(UPGRADE).await;
    rig.terminate().await;
    tokio::time::advance(ms(1_000)).await;
    settle().await;
    gate.let_go(1);
    head(&mut client, "101").await;
    let mut rest = String::new();
    client.0.read_to_string(&mut rest).await.expect("no reset");
    assert_eq!(rest, "bye");
    assert!(rig.report().await.clean);
}

/// Reader and writer are two tasks, as in most WebSocket servers; both wait for the client.
#[tokio::test(start_paused = true)]
async fn a_blocked_writer_and_its_reader_are_both_cut() {
    let ends = Gate::new();
    let app = {
        let ends = ends.clone();
        tunnels(move |io, _| {
            let ends = ends.clone();
            async move {
                let (mut reader, mut writer) = tokio::io::split(io);
                let ended = ends.clone();
                tokio::spawn(async move {
                    // More than the connection holds.
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
    // Both have ended, by an error.
    ends.pass().await;
    ends.pass().await;
    drop(client);
}

/// What is no longer HTTP is closed as the application likes, and not as we do.
#[tokio::test(start_paused = true)]
async fn it_may_shut_its_write_side_and_read_on() {
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
    // Beyond the time for which a closed HTTP connection is read from.
    tokio::time::advance(ms(2_000)).await;
    client.send("late").await;
    drop(client);
    read.pass().await;
    assert!(rig.report().await.clean);
}

#[tokio::test(start_paused = true)]
async fn a_connect_that_is_refused_is_a_request_like_any_other() {
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
