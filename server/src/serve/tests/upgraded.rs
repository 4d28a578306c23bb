//! Connections that have left HTTP.

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::report::ConnectionClass;
use crate::testing::{Client, Rig, ms, settle};
use crate::{Drain, Policy};

/// Echoes after the upgrade; says goodbye when it is told of the drain, if it is `polite`.
fn app(polite: bool) -> Router {
    let upgrade = move |mut request: Request| async move {
        let drain = request.extensions().get::<Drain>().expect("in every request").clone();
        let upgraded = hyper::upgrade::on(&mut request);
        tokio::spawn(async move {
            let mut io = TokioIo::new(upgraded.await.expect("the 101 was written"));
            let mut byte = [0];
            loop {
                tokio::select! {
                    () = drain.draining(), if polite => {
                        io.write_all(b"bye").await.expect("open");
                        return;
                    }
                    read = io.read_exact(&mut byte) => match read {
                        Ok(_) => io.write_all(&byte).await.expect("open"),
                        Err(_) => return,
                    },
                }
            }
        });
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        response.headers_mut().insert("upgrade", "echo".parse().expect("a value"));
        response.headers_mut().insert("connection", "upgrade".parse().expect("a value"));
        response
    };
    Router::new().route("/", get(upgrade))
}

async fn upgrade(rig: &Rig) -> Client {
    let mut client = rig.connect();
    client
        .send("GET / HTTP/1.1\r\nhost: test\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\n")
        .await;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.0.read_u8().await.expect("a whole head"));
    }
    assert!(head.starts_with(b"HTTP/1.1 101"));
    client.send("x").await;
    assert_eq!(client.0.read_u8().await.expect("an echo"), b'x');
    client
}

#[tokio::test(start_paused = true)]
async fn one_that_listens_to_the_drain_ends_it() {
    let mut rig = Rig::new(Policy::default(), app(true));
    let mut client = upgrade(&rig).await;
    rig.terminate().await;
    let mut rest = String::new();
    client.0.read_to_string(&mut rest).await.expect("no reset");
    assert_eq!(rest, "bye");
    let report = rig.report().await;
    assert!(report.clean);
    assert_eq!((report.at_signal.upgraded, report.at_signal.connections), (1, 0));
    assert_eq!((report.at_signal.requests, report.took_ms), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn one_that_does_not_is_cut_at_the_deadline() {
    let mut rig = Rig::new(Policy::default(), app(false));
    let mut client = upgrade(&rig).await;
    rig.terminate().await;
    tokio::time::advance(ms(7_999)).await;
    // It goes on as before until then.
    client.send("y").await;
    assert_eq!(client.0.read_u8().await.expect("an echo"), b'y');
    assert!(client.closed().await);
    assert_eq!(rig.elapsed(), ms(8_000));
    settle().await;
    assert!(rig.is_done());
    let report = rig.report().await;
    assert_eq!((report.aborted.upgraded, report.aborted.requests), (1, 0));
    let cut = &report.aborted_connections[0];
    assert_eq!(cut.class, ConnectionClass::Upgraded);
    let [origin] = &cut.requests[..] else { panic!("not one request: {:?}", cut.requests) };
    assert_eq!((origin.method.as_str(), origin.path.as_str()), ("GET", "/"));
    assert_eq!(origin.age_ms, 8_000);
}
