use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use tokio::io::{AsyncRead, AsyncWrite};
use tower_service::Service;

use super::BoxError;
use super::body::RequestBody;
use super::conn_io::ConnIo;
use super::http::Http;
use super::io::WatchedIo;
use super::service::ConnService;
use crate::clock::Sleep;
use crate::drain::ConnAction;
use crate::handle::Current;
use crate::state::Conn;

/// Serves one connection until it has ended: polls the protocol, and performs the actions of the
/// connection's machine.
///
/// This task uses hyper's `graceful_shutdown` for HTTP/2 only. On HTTP/1 that function would lose
/// requests: it closes a connection that was not polled yet without reading, and a connection that
/// holds half a head. So each response announces the close instead, and this task takes an idle
/// connection back from hyper and closes it.
pub(super) async fn run<I, S, B>(io: I, app: S, conn: Arc<Conn>, http: Arc<Http>)
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    S: Service<Request<RequestBody>, Response = Response<B>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Into<BoxError>,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    let service = ConnService::new(app, Arc::clone(&conn));
    let mut io = ConnIo::new(WatchedIo::new(io, Arc::clone(&conn)), service, &http);
    let mut timer = Timer::default();
    let mut current = Current::new(conn.server());
    loop {
        let action = poll_fn(|cx| {
            conn.is_run_by(cx.waker());
            let _within = current.enter();
            // Poll the protocol first, so that the machine knows of the bytes that have arrived.
            if io.poll(cx, &http).is_ready() {
                return Poll::Ready(None);
            }
            loop {
                match conn.next_action() {
                    ConnAction::Stay { until: None } => return Poll::Pending,
                    ConnAction::Stay { until: Some(until) } => {
                        if timer.poll(cx, until, &conn).is_pending() {
                            return Poll::Pending;
                        }
                    }
                    action => return Poll::Ready(Some(action)),
                }
            }
        });
        match action.await {
            // hyper drops the handlers of HTTP/1 with the connection. The tasks of HTTP/2 handlers
            // end later, and each request counts until its handler has ended.
            None | Some(ConnAction::Abort) => return,
            Some(ConnAction::Look) => tokio::task::yield_now().await,
            Some(ConnAction::GoAway) => io.go_away(),
            Some(ConnAction::Close) => io.close(&http),
            Some(ConnAction::Park) => io.park(&http),
            Some(ConnAction::Stay { .. }) => {}
        }
    }
}

/// The timer of [`ConnAction::Stay`].
#[derive(Default)]
struct Timer {
    running: Option<(Duration, Sleep)>,
}

impl Timer {
    /// Ready when `until` has passed.
    fn poll(&mut self, cx: &mut Context<'_>, until: Duration, conn: &Conn) -> Poll<()> {
        if self.running.as_ref().is_none_or(|(at, _)| *at != until) {
            self.running = Some((until, conn.server().clock().sleep_until(until)));
        }
        self.running.as_mut().map_or(Poll::Ready(()), |(_, timer)| timer.as_mut().poll(cx))
    }
}
