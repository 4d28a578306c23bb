use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::Full;
use pin_project_lite::pin_project;

use crate::injected::{InjectedBug, injected};
use crate::state::Conn;

/// A request in flight. Dropping it ends the request.
#[derive(Debug)]
pub(super) struct Flight {
    id: u64,
    conn: Arc<Conn>,
    answered: bool,
}

impl Flight {
    /// For a request that [`Conn::request_started`] was told of.
    pub(super) fn new(id: u64, conn: Arc<Conn>) -> Self {
        Self { id, conn, answered: false }
    }

    pub(super) fn conn(&self) -> &Arc<Conn> {
        &self.conn
    }

    /// From here on its end is the end of the response's body, which still has to be written.
    pub(super) fn answered(&mut self) {
        self.answered = true;
        if injected(InjectedBug::CountedByHandler) {
            self.conn.request_ended(self.id);
        }
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        if self.answered {
            self.conn.request_answered(self.id);
        } else if !injected(InjectedBug::CounterLeaked) {
            self.conn.request_ended(self.id);
        }
    }
}

pin_project! {
    /// A response's body: the application's own, or one of ours. The request is in flight for as
    /// long as it lives.
    #[project = SourceProj]
    pub(super) enum Source<B> {
        App { #[pin] body: B },
        Ours { #[pin] body: Full<Bytes> },
    }
}

pin_project! {
    /// A response's body that keeps its request in flight.
    pub(super) struct CountedBody<B> {
        #[pin]
        source: Source<B>,
        flight: Flight,
    }
}

impl<B> CountedBody<B> {
    pub(super) fn new(source: Source<B>, flight: Flight) -> Self {
        Self { source, flight }
    }
}

impl<B: Body<Data = Bytes>> Body for CountedBody<B>
where
    B::Error: Into<super::BoxError>,
{
    type Data = Bytes;
    type Error = super::BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        match self.project().source.project() {
            SourceProj::App { body } => body.poll_frame(cx).map_err(Into::into),
            SourceProj::Ours { body } => body.poll_frame(cx).map_err(Into::into),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.source {
            Source::App { body } => body.is_end_stream(),
            Source::Ours { body } => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.source {
            Source::App { body } => body.size_hint(),
            Source::Ours { body } => body.size_hint(),
        }
    }
}
