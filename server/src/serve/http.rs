use std::time::Duration;

use hyper::server::conn::http1;

use crate::clock::{FOREVER, SharedClock};

/// The options of [`Serve`](super::Serve) that concern HTTP.
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

/// The configuration of hyper for every connection of a server.
#[derive(Debug)]
pub(super) struct Http {
    pub(super) http1: http1::Builder,
    #[cfg(feature = "http2")]
    pub(super) http2: hyper::server::conn::http2::Builder<hyper_util::rt::TokioExecutor>,
    pub(super) header_read_timeout: Option<Duration>,
}

impl HttpOptions {
    pub(super) fn build(self, clock: &SharedClock) -> Http {
        let header_read_timeout = self.header_read_timeout.map(|timeout| timeout.min(FOREVER));
        let mut http1 = http1::Builder::new();
        http1
            .timer(clock.clone())
            // Without a limit hyper sets no timer. That saves each request one turn of hyper's
            // loop.
            .header_read_timeout(header_read_timeout)
            .auto_date_header(self.date_header);
        Http {
            http1,
            #[cfg(feature = "http2")]
            http2: self.http2(clock),
            header_read_timeout,
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
