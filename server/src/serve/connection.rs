use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use hyper::body::Incoming;
use tokio::io::{AsyncRead, AsyncWrite};
use tower_service::Service;

use super::BoxError;
use super::conn_io::ConnIo;
use super::gate::Gate;
use super::http::Http;
use super::io::Watched;
use crate::buggify::{Site, yield_maybe};
use crate::clock::Sleep;
use crate::injected::{InjectedBug, injected};
use crate::report::ConnectionClass;
use crate::state::Conn;
use crate::state::Verdict;

/// Serves one connection to its end.
///
/// hyper's own `graceful_shutdown` is used for HTTP/2 only. On HTTP/1 it closes a connection that
/// has not been polled yet without reading it, and one that has half a head in its buffer; so the
/// end is announced in each answer, and a connection that has nothing in flight is taken back from
/// hyper and closed here.
pub(super) async fn run<I, S, B>(io: I, app: S, conn: Arc<Conn>, http: Arc<Http>)
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    S: Service<Request<Incoming>, Response = Response<B>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Into<BoxError>,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    yield_maybe(Site::FirstTurn).await;
    let gate = Gate::new(app, Arc::clone(&conn));
    let mut line = ConnIo::new(Watched::new(io, Arc::clone(&conn)), gate, &http);
    let mut said_goodbye = false;
    let mut grace = Grace::default();
    let mut looked = false;
    let mut last_look = false;
    loop {
        let turn = poll_fn(|cx| {
            conn.is_run_by(cx.waker());
            if injected(InjectedBug::IdleClosedUnread)
                && !conn.is_closed()
                && conn.verdict(said_goodbye) == Verdict::Close
            {
                looked = true;
                return Poll::Ready(Some(Verdict::Close));
            }
            // The connection first: bytes that have arrived must be seen before it is judged.
            if line.poll(cx, &http).is_ready() {
                return Poll::Ready(None);
            }
            if conn.is_free() {
                return Poll::Pending;
            }
            if last_look {
                conn.refuse_work();
            }
            grace.renew(&conn);
            match conn.verdict(said_goodbye) {
                Verdict::Stay => {
                    looked = false;
                    Poll::Pending
                }
                Verdict::Close if conn.is_closed() => Poll::Pending,
                Verdict::Close if grace.poll(cx).is_pending() => Poll::Pending,
                verdict @ (Verdict::LastLook
                | Verdict::SayGoodbye
                | Verdict::Close
                | Verdict::Park
                | Verdict::Abort) => Poll::Ready(Some(verdict)),
            }
        });
        match turn.await {
            // hyper drops the handler with the connection. Those of HTTP/2 streams hear of it, and
            // each is counted until it has gone.
            None | Some(Verdict::Abort) => return,
            Some(Verdict::Stay) => {}
            Some(Verdict::SayGoodbye) => {
                line.say_goodbye();
                said_goodbye = true;
            }
            Some(Verdict::Close) if looked => line.close(&http),
            Some(Verdict::Park) if looked => {
                line.rest(&http);
                conn.parked();
                looked = false;
            }
            // One turn of the runtime: what the kernel has by now counts as received in time. And
            // hyper, asked once more, reads what is left of a request's body, or closes over it.
            Some(Verdict::Close | Verdict::Park) => {
                tokio::task::yield_now().await;
                looked = true;
            }
            Some(Verdict::LastLook) => {
                tokio::task::yield_now().await;
                last_look = true;
            }
        }
    }
}

/// The time for one last request, for a connection whose last answer ended in the shutdown and did
/// not announce it.
#[derive(Default)]
struct Grace {
    until: Option<Sleep>,
}

impl Grace {
    /// Begins anew when an answer has just ended.
    fn renew(&mut self, conn: &Conn) {
        if conn.take_late() && conn.class() == ConnectionClass::Idle {
            let shared = conn.shared();
            let idle_grace = shared.machine().policy().idle_grace;
            self.until = Some(shared.clock().sleep(idle_grace));
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(until) = &mut self.until {
            ready!(until.as_mut().poll(cx));
            self.until = None;
        }
        Poll::Ready(())
    }
}
