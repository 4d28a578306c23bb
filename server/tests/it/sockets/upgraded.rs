use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;
use hyper_util::rt::TokioIo;
use lastorders::{ConnectionClass, ShutdownHandle};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::rig::{Server, patient};
use crate::http::read_until;
use crate::within::within;

const UPGRADE: &str = "GET / HTTP/1.1\r\nhost: test\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n";
const CONNECT: &str = "CONNECT far.test:443 HTTP/1.1\r\nhost: far.test:443\r\n\r\n";

/// Accepts upgrades and tunnels. Each one writes a message when the drain begins. Then it ends if
/// it is `polite`, and echoes otherwise.
fn app(polite: bool) -> Router {
    Router::new().fallback(move |mut request: Request| async move {
        let shutdown = ShutdownHandle::current().expect("a handler runs");
        let upgraded = hyper::upgrade::on(&mut request);
        tokio::spawn(async move {
            let mut io = TokioIo::new(upgraded.await.expect("the answer was written"));
            shutdown.draining().await;
            io.write_all(b"draining").await.expect("open");
            let (mut reader, mut writer) = tokio::io::split(io);
            if !polite {
                // Echoes until the connection is cut.
                let _ = tokio::io::copy(&mut reader, &mut writer).await;
            }
        });
        let mut response = Response::new(Body::empty());
        if request.method() != axum::http::Method::CONNECT {
            *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
            response.headers_mut().insert("upgrade", "x".parse().expect("a value"));
            response.headers_mut().insert("connection", "upgrade".parse().expect("a value"));
        }
        response
    })
}

async fn open(server: &Server, request: &str) -> TcpStream {
    let mut client = server.connect().await;
    client.write_all(request.as_bytes()).await.expect("sent");
    read_until(&mut client, "\r\n\r\n").await;
    client
}

async fn reads(client: &mut TcpStream, expected: &[u8]) {
    let mut bytes = vec![0; expected.len()];
    within("bytes from the server", client.read_exact(&mut bytes)).await.expect("open");
    assert_eq!(bytes, expected);
}

#[tokio::test]
async fn upgraded_connections_are_notified_and_awaited() {
    let server = Server::start(patient(), app(true)).await;
    let mut clients = [open(&server, UPGRADE).await, open(&server, CONNECT).await];
    server.terminate().await;
    for client in &mut clients {
        reads(client, b"draining").await;
        let rest = within("the connection to end", client.read_u8()).await;
        assert_eq!(rest.expect_err("the end").kind(), std::io::ErrorKind::UnexpectedEof);
    }
    let report = server.report().await;
    assert!(report.clean);
    assert_eq!((report.at_signal.upgraded, report.at_signal.requests), (2, 0));
}

#[tokio::test]
async fn upgraded_connection_that_ignores_the_drain_is_cut_and_counted() {
    let server = Server::start(patient(), app(false)).await;
    let mut clients = [open(&server, UPGRADE).await, open(&server, CONNECT).await];
    server.signal(lastorders::Signal::Interrupt);
    for client in &mut clients {
        reads(client, b"draining").await;
        client.write_all(b"still here").await.expect("open");
        reads(client, b"still here").await;
    }
    assert!(!server.is_done());
    server.cut().await;
    for client in &mut clients {
        let rest = within("the connection to be cut", client.read_u8()).await;
        rest.expect_err("an end, or a reset");
    }
    let report = server.report().await;
    assert_eq!((report.at_signal.upgraded, report.aborted.upgraded), (2, 2));
    assert!(report.aborted_connections.iter().all(|it| it.class == ConnectionClass::Upgraded));
}
