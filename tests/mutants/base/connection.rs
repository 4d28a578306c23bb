use std::convert::Infallible;
use std::future::pending;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;

use super::{Class, Phase, Server, contract};

#[derive(Debug, Default)]
struct Requests {
    begun: AtomicUsize,
    ended: AtomicUsize,
}

/// Serves a connection until either side closes it.
pub(crate) async fn serve(server: Arc<Server>, stream: TcpStream) {
    let requests = Requests::default();
    let service = service_fn(|request| {
        let (server, requests) = (&server, &requests);
        async move {
            requests.begun.fetch_add(1, Ordering::Relaxed);
            let response = contract::answer(server, request).await;
            requests.ended.fetch_add(1, Ordering::Relaxed);
            Ok::<_, Infallible>(response)
        }
    });
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .serve_connection(TokioIo::new(stream), service)
    );

    // Poll the connection first. A graceful shutdown before the first poll makes hyper close the
    // connection unread.
    tokio::select! {
        biased;
        _ = connection.as_mut() => return,
        () = server.reached(Phase::Closing) => {}
    }
    if server.behaviour.closes(requests.class()) {
        connection.as_mut().graceful_shutdown();
    }
    let aborted = async {
        server.reached(Phase::Aborting).await;
        if !server.behaviour.aborts(requests.class()) {
            pending::<()>().await;
        }
    };
    tokio::select! {
        biased;
        _ = connection.as_mut() => {}
        () = aborted => {}
    }
}

impl Requests {
    fn class(&self) -> Class {
        let begun = self.begun.load(Ordering::Relaxed);
        if begun == 0 {
            Class::New
        } else if self.ended.load(Ordering::Relaxed) < begun {
            Class::Active
        } else {
            Class::Idle
        }
    }
}
