use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use hyper::body::Incoming;
use tower_service::Service;

use super::BoxError;
use super::answer::Answer;
use super::body::{CountedBody, Flight};
use crate::handle::ShutdownHandle;
use crate::state::Conn;

/// The application of one connection, with a gate before it: every request is counted, and is
/// either let in or refused.
#[derive(Debug)]
pub(super) struct Gate<S> {
    app: S,
    conn: Arc<Conn>,
}

impl<S> Gate<S> {
    pub(super) fn new(app: S, conn: Arc<Conn>) -> Self {
        Self { app, conn }
    }
}

impl<S, B> hyper::service::Service<Request<Incoming>> for Gate<S>
where
    S: Service<Request<Incoming>, Response = Response<B>> + Clone,
    S::Error: Into<BoxError>,
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    type Response = Response<CountedBody<B>>;
    type Error = BoxError;
    type Future = Answer<S, S::Future>;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        let bodiless = hyper::body::Body::is_end_stream(request.body());
        let id = self.conn.request_started(&request, bodiless);
        let flight = Flight::new(id, Arc::clone(&self.conn));
        if self.conn.is_refusing() {
            return Answer::refuse(flight);
        }
        request.extensions_mut().insert(ShutdownHandle::of(self.conn.shared()));
        Answer::of(self.app.clone(), request, flight)
    }
}
