use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;

use super::head_timer::HeadTimer;
use crate::clock::{FOREVER, SharedClock};
use crate::state::Conn;

/// How HTTP is spoken.
#[derive(Clone, Copy, Debug)]
pub(super) struct HttpOptions {
    pub(super) date_header: bool,
    pub(super) header_read_timeout: Option<Duration>,
    pub(super) park_beyond: usize,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self { date_header: true, header_read_timeout: None, park_beyond: 512 }
    }
}

/// hyper, set up for every connection of a server.
#[derive(Debug)]
pub(super) struct Http {
    http1: http1::Builder,
    #[cfg(feature = "http2")]
    pub(super) http2: hyper::server::conn::http2::Builder<hyper_util::rt::TokioExecutor>,
    pub(super) header_read_timeout: Option<Duration>,
    pub(super) park_beyond: usize,
}

impl Http {
    /// hyper for one connection.
    pub(super) fn http1(&self, conn: &Arc<Conn>) -> http1::Builder {
        let limited = self.header_read_timeout.is_some();
        let mut http1 = self.http1.clone();
        http1.timer(HeadTimer::new(conn, limited));
        http1
    }
}

impl HttpOptions {
    pub(super) fn build(self, clock: &SharedClock) -> Http {
        #[cfg(not(feature = "http2"))]
        let _ = clock;
        let mut http1 = http1::Builder::new();
        http1
            // Always, because by setting this timer hyper says that it waits for a head.
            .header_read_timeout(self.header_read_timeout.unwrap_or_default().min(FOREVER))
            .auto_date_header(self.date_header);
        Http {
            http1,
            #[cfg(feature = "http2")]
            http2: self.http2(clock),
            header_read_timeout: self.header_read_timeout,
            park_beyond: self.park_beyond,
        }
    }

    #[cfg(feature = "http2")]
    fn http2(
        self,
        clock: &SharedClock,
    ) -> hyper::server::conn::http2::Builder<hyper_util::rt::TokioExecutor> {
        let executor = hyper_util::rt::TokioExecutor::new();
        let mut http2 = hyper::server::conn::http2::Builder::new(executor);
        http2.timer(clock.clone()).enable_connect_protocol().auto_date_header(self.date_header);
        http2
    }
}
