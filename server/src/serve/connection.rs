use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tower_service::Service;

use super::BoxError;
use super::conn::{Conn, Verdict};
use super::gate::Gate;
use super::io::Watched;
use super::shared::Orders;
use crate::clock::{SharedClock, Sleep};
use crate::report::ConnectionClass;

/// How HTTP is spoken.
#[derive(Clone, Copy, Debug)]
pub(super) struct HttpOptions {
    pub(super) date_header: bool,
    pub(super) header_read_timeout: Option<std::time::Duration>,
}

/// hyper, set up for every connection of a server.
#[cfg(feature = "http2")]
pub(super) type Http = hyper_util::server::conn::auto::Builder<hyper_util::rt::TokioExecutor>;

/// hyper, set up for every connection of a server.
#[cfg(not(feature = "http2"))]
pub(super) type Http = hyper::server::conn::http1::Builder;

impl HttpOptions {
    #[cfg(feature = "http2")]
    pub(super) fn builder(self, clock: &SharedClock) -> Http {
        let mut builder = Http::new(hyper_util::rt::TokioExecutor::new());
        builder
            .http1()
            .timer(clock.clone())
            .header_read_timeout(self.header_read_timeout)
            .auto_date_header(self.date_header)
            .http2()
            .timer(clock.clone())
            .enable_connect_protocol()
            .auto_date_header(self.date_header);
        builder
    }

    #[cfg(not(feature = "http2"))]
    pub(super) fn builder(self, clock: &SharedClock) -> Http {
        let mut builder = Http::new();
        builder
            .timer(clock.clone())
            .header_read_timeout(self.header_read_timeout)
            .auto_date_header(self.date_header);
        builder
    }
}

/// Serves one connection to its end.
///
/// hyper's own `graceful_shutdown` is used for HTTP/2 only. On HTTP/1 it closes a connection that
/// has not been polled yet without reading it, and one that has half a head in its buffer; so the
/// end is announced in each answer, and a connection that has nothing in flight is closed by
/// letting hyper see the end of its input.
pub(super) async fn run<I, S, B>(io: I, app: S, conn: Arc<Conn>, http: Arc<Http>)
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    S: Service<Request<Incoming>, Response = Response<B>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Into<BoxError>,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    let io = TokioIo::new(Watched::new(io, Arc::clone(&conn)));
    let gate = Gate::new(app, Arc::clone(&conn));
    #[cfg(feature = "http2")]
    let mut connection = pin!(http.serve_connection_with_upgrades(io, gate));
    #[cfg(not(feature = "http2"))]
    let mut connection = pin!(http.serve_connection(io, gate).with_upgrades());
    let mut said_goodbye = false;
    let mut grace = Grace::default();
    let mut looked = false;
    let mut last_look = false;
    loop {
        let turn = poll_fn(|cx| {
            conn.waker().register(cx.waker());
            // The connection first: bytes that have arrived must be seen before it is judged.
            if let Poll::Ready(result) = connection.as_mut().poll(cx) {
                if let Err(error) = result {
                    tracing::debug!(connection = conn.id(), %error, "connection failed");
                }
                return Poll::Ready(None);
            }
            if last_look {
                conn.refuse_work();
            }
            match conn.verdict(said_goodbye) {
                Verdict::Stay => {
                    looked = false;
                    grace.busy(&conn);
                    Poll::Pending
                }
                Verdict::Close if conn.is_closed() => Poll::Pending,
                Verdict::Close if grace.poll(&conn, cx).is_pending() => Poll::Pending,
                verdict @ (Verdict::LastLook
                | Verdict::SayGoodbye
                | Verdict::Close
                | Verdict::Abort) => Poll::Ready(Some(verdict)),
            }
        });
        match turn.await {
            // hyper drops the handlers with the connection, those of HTTP/2 streams included.
            None | Some(Verdict::Abort) => return,
            Some(Verdict::Stay) => {}
            Some(Verdict::SayGoodbye) => {
                connection.as_mut().graceful_shutdown();
                said_goodbye = true;
            }
            Some(Verdict::Close) if looked => conn.close(),
            // One turn of the runtime: what the kernel has by now counts as received in time.
            Some(Verdict::Close) => {
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

/// The time for one last request, for a connection that was busy when the others had theirs.
#[derive(Default)]
struct Grace {
    late: bool,
    until: Option<Sleep>,
}

impl Grace {
    fn busy(&mut self, conn: &Conn) {
        let active = conn.class() == ConnectionClass::Active;
        self.late = active && conn.shared().orders().has(Orders::CLOSE_IDLE);
        self.until = None;
    }

    fn poll(&mut self, conn: &Conn, cx: &mut Context<'_>) -> Poll<()> {
        if !self.late {
            return Poll::Ready(());
        }
        let shared = conn.shared();
        let until = self.until.get_or_insert_with(|| {
            let idle_grace = shared.machine().policy().idle_grace;
            shared.clock().sleep(idle_grace)
        });
        ready!(until.as_mut().poll(cx));
        *self = Self::default();
        Poll::Ready(())
    }
}
