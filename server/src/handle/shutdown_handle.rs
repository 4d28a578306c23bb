use std::future::Future;
use std::sync::Arc;

use super::tracked::Tracked;
use crate::drain::Input;
use crate::drain::ShutdownFlags;
use crate::state::ServerState;

/// Lets the application observe the shutdown, and take part in it.
///
/// A handle is cheap to clone, and clones share one state. A handle belongs to one
/// [`serve`](crate::serve()). A handler gets it by [`current`](Self::current), or with the feature
/// `axum` as an extractor.
///
/// | the application has | it uses |
/// |---|---|
/// | event streams, long polls, WebSockets | [`draining`](Self::draining): end them with it |
/// | work that outlives its request, workers | [`track`](Self::track): the shutdown waits for it |
/// | a worker without which nothing works | [`track`](Self::track) and [`essential`][e] |
/// | a reason of its own to stop | [`begin`](Self::begin) |
/// | a load balancer that probes health | `health` or [`HealthLayer`](crate::layer::HealthLayer) |
///
/// A panic in a handler needs no handle: the server answers that request with 500. A panic in a
/// body's stream, after the head was sent, cuts that response. Neither delays the shutdown.
///
/// # Without `serve`
///
/// A handle that belongs to no `serve` works by itself. [`begin`](Self::begin) begins the drain,
/// and health, [`draining`](Self::draining) and [`is_draining`](Self::is_draining) follow. The
/// panic of an essential task begins the drain too. But there is no deadline and no report, and
/// nothing is cut. Only [`tasks_ended`](Self::tasks_ended) waits for tracked work. See
/// [`layer`](crate::layer) for a complete example.
///
/// [e]: Tracked::essential
#[derive(Clone, Debug)]
pub struct ShutdownHandle {
    pub(super) server: Arc<ServerState>,
}

impl Default for ShutdownHandle {
    fn default() -> Self {
        Self::new()
    }
}

impl ShutdownHandle {
    /// Creates a handle for [`Serve::shutdown_handle`](crate::Serve::shutdown_handle). Create the
    /// handle first, so that routes and tasks can use it.
    #[must_use]
    pub fn new() -> Self {
        Self { server: Arc::new(ServerState::new()) }
    }

    /// How many connections hold more buffers than they need between two requests.
    #[cfg(all(test, feature = "axum"))]
    pub(crate) fn unparked(&self) -> usize {
        self.server.buffers.unparked()
    }

    pub(crate) fn into_server(self) -> Arc<ServerState> {
        self.server
    }

    /// Whether the shutdown has begun. Never becomes false again.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.server.flags().has(ShutdownFlags::UNREADY)
    }

    /// Waits until the shutdown begins. Returns at once when it has begun. Cancel safe.
    ///
    /// Use this where a response would otherwise never end, and be cut at the deadline. An event
    /// stream ends with this future, and its client reconnects to another instance:
    ///
    #[cfg_attr(feature = "axum", doc = "```")]
    #[cfg_attr(not(feature = "axum"), doc = "```ignore")]
    /// use std::convert::Infallible;
    ///
    /// use axum::response::sse::{Event, Sse};
    /// use futures_util::{Stream, StreamExt, stream};
    /// use lastorders::ShutdownHandle;
    ///
    /// async fn events(
    ///     shutdown: ShutdownHandle,
    /// ) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    ///     let events = stream::repeat(Ok(Event::default().data("a tick")));
    ///     Sse::new(events.take_until(shutdown.draining()))
    /// }
    /// # use axum::response::IntoResponse;
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// # let shutdown = ShutdownHandle::new();
    /// # let response = events(shutdown.clone()).await.into_response();
    /// # let mut body = response.into_body().into_data_stream();
    /// # assert_eq!(body.next().await.unwrap().unwrap(), "data: a tick\n\n");
    /// # shutdown.begin();
    /// # assert!(body.next().await.is_none());
    /// # });
    /// ```
    ///
    /// A long poll answers that there is nothing new, and its client polls another instance:
    ///
    #[cfg_attr(feature = "axum", doc = "```")]
    #[cfg_attr(not(feature = "axum"), doc = "```ignore")]
    /// use axum::extract::{Path, State};
    /// use axum::http::StatusCode;
    /// use lastorders::ShutdownHandle;
    /// use tokio::sync::watch;
    ///
    /// async fn news(
    ///     shutdown: ShutdownHandle,
    ///     State(mut news): State<watch::Receiver<u64>>,
    ///     Path(after): Path<u64>,
    /// ) -> Result<String, StatusCode> {
    ///     tokio::select! {
    ///         // News first: news that exist when the drain begins are still delivered.
    ///         biased;
    ///         Ok(newest) = news.wait_for(|newest| *newest > after) => Ok(newest.to_string()),
    ///         () = shutdown.draining() => Err(StatusCode::NO_CONTENT),
    ///     }
    /// }
    /// # let (tell, receiver) = watch::channel(1);
    /// # let route = axum::routing::get(news).with_state::<()>(receiver.clone());
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// # let shutdown = ShutdownHandle::new();
    /// # shutdown.begin();
    /// # let ask = |after| news(shutdown.clone(), State(receiver.clone()), Path(after));
    /// # assert_eq!(ask(0).await, Ok("1".to_owned()));
    /// # assert_eq!(ask(1).await, Err(StatusCode::NO_CONTENT));
    /// # });
    /// ```
    ///
    /// A WebSocket sends the close code 1001, "going away" (RFC 6455, section 7.4.1), and waits for
    /// the client's close frame: see `examples/websocket.rs`.
    ///
    /// This future completes at the signal, before a lame duck ends. A client that reconnects at
    /// once may be routed to this instance again; there the drain has already begun.
    pub fn draining(&self) -> impl Future<Output = ()> + Send + use<> {
        let server = Arc::clone(&self.server);
        async move {
            let mut began = std::pin::pin!(server.began.notified());
            // Register before the check, so that no notification is missed in between.
            began.as_mut().enable();
            if !server.flags().has(ShutdownFlags::UNREADY) {
                began.await;
            }
        }
    }

    /// Makes the shutdown wait for `future`, from this call until it ends or is dropped.
    ///
    /// This method does not spawn: await the result, or hand it to `tokio::spawn`. At the deadline
    /// the future is dropped, and the result is [`Aborted`](super::Aborted). A future that blocks
    /// in its poll cannot be dropped. The shutdown continues without it after
    /// [`ABORT_GRACE`](crate::drain::ABORT_GRACE).
    ///
    /// Track work that outlives its request before the answer is sent. Then either the request or
    /// the work holds the shutdown at every moment:
    ///
    #[cfg_attr(feature = "axum", doc = "```")]
    #[cfg_attr(not(feature = "axum"), doc = "```ignore")]
    /// use axum::http::StatusCode;
    /// use lastorders::ShutdownHandle;
    ///
    /// async fn sign_up(shutdown: ShutdownHandle) -> StatusCode {
    ///     tokio::spawn(shutdown.track(async { /* send the welcome mail */ }));
    ///     StatusCode::ACCEPTED
    /// }
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// # assert_eq!(sign_up(ShutdownHandle::new()).await, StatusCode::ACCEPTED);
    /// # });
    /// ```
    ///
    /// A worker that takes jobs from a channel must end when the last sender is dropped. The begin
    /// of the drain is too early, because requests in flight may still send jobs. The application's
    /// senders are dropped with the last connection. `examples/worker.rs` is a complete example.
    ///
    /// ```
    /// use lastorders::ShutdownHandle;
    /// use tokio::sync::mpsc;
    ///
    /// async fn work(mut jobs: mpsc::Receiver<u32>) -> u32 {
    ///     let mut done = 0;
    ///     while let Some(job) = jobs.recv().await {
    ///         done += job;
    ///     }
    ///     done
    /// }
    ///
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let shutdown = ShutdownHandle::new();
    /// let (send, jobs) = mpsc::channel(16);
    /// // A panic begins the shutdown, because no other worker takes the jobs.
    /// let worker = tokio::spawn(shutdown.track(work(jobs)).essential());
    /// # send.send(7).await.unwrap();
    /// # drop(send);
    /// # assert_eq!(worker.await.unwrap(), Ok(7));
    /// # });
    /// ```
    ///
    /// A worker that runs a loop ends when the drain begins:
    /// `tokio::select! { () = shutdown.draining() => break, _ = interval.tick() => … }`.
    pub fn track<F: Future>(&self, future: F) -> Tracked<F> {
        Tracked::new(&self.server, future)
    }

    /// Begins the shutdown, as a signal does. The report's cause is `application`. This has no
    /// effect when the shutdown has already begun.
    ///
    /// Call this when the application itself has a reason to stop: an administrator's request, a
    /// lost lease, or a worker that ended unexpectedly. If this is called before the handle's
    /// [`serve`](crate::serve()) starts, that server shuts down at once.
    pub fn begin(&self) {
        self.server.request_shutdown(Input::Begin);
    }

    /// Waits until no tracked future is left. Returns at once when there is none. Cancel safe.
    ///
    /// [`serve`](crate::serve()) waits by itself. Without `serve`, bound this call by a timeout.
    pub fn tasks_ended(&self) -> impl Future<Output = ()> + Send + use<> {
        let server = Arc::clone(&self.server);
        async move { server.tasks_ended().await }
    }
}
