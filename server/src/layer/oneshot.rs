use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
use tower_service::Service;

pin_project! {
    /// Calls a service once, when the service is ready.
    #[project = OneshotProj]
    pub(super) enum Oneshot<S: Service<R>, R> {
        Waiting { service: S, request: Option<R> },
        Called { #[pin] answer: S::Future },
    }
}

impl<S: Service<R>, R> Oneshot<S, R> {
    pub(super) fn new(service: S, request: R) -> Self {
        Self::Waiting { service, request: Some(request) }
    }
}

impl<S: Service<R>, R> Future for Oneshot<S, R> {
    type Output = Result<S::Response, S::Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            match self.as_mut().project() {
                OneshotProj::Waiting { service, request } => {
                    ready!(service.poll_ready(cx))?;
                    let request = request.take().expect("polled after it had failed");
                    let answer = service.call(request);
                    self.set(Self::Called { answer });
                }
                OneshotProj::Called { answer } => return answer.poll(cx),
            }
        }
    }
}

impl<S: Service<R>, R> fmt::Debug for Oneshot<S, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Waiting { .. } => "Waiting",
            Self::Called { .. } => "Called",
        })
    }
}
