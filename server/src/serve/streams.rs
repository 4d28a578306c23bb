use std::future::Future;
use std::sync::Arc;

use hyper::rt::Executor;

use super::conn::Conn;

/// Runs the streams of an HTTP/2 connection, and keeps hold of them so that they can be cut.
#[derive(Clone, Debug)]
pub(super) struct Streams(pub(super) Arc<Conn>);

impl<F> Executor<F> for Streams
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    fn execute(&self, stream: F) {
        self.0.keep_stream(tokio::spawn(stream).abort_handle());
    }
}
