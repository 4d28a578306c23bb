use std::future::Future;
use std::sync::Arc;

use super::tracked::Tracked;
use crate::drain::Input;
use crate::drain::ShutdownFlags;
use crate::state::ServerState;

/// What the application sees of the shutdown, and how it takes part.
///
/// A cheap handle: clones are the same. It belongs to one [`serve`](crate::serve()), which puts it
/// into the extensions of every request; with the feature `axum` it is an extractor too.
///
/// | the application has | it uses |
/// |---|---|
/// | event streams, long polls, WebSockets | [`draining`](Self::draining): they end with it |
/// | work that outlives its request, workers | [`track`](Self::track): they are waited for |
/// | a worker without which nothing works | [`track`](Self::track) and [`essential`][e] |
/// | a reason of its own to stop | [`begin`](Self::begin) |
/// | a load balancer that asks | `health` or [`HealthLayer`](crate::layer::HealthLayer) |
///
/// A panic in a handler needs nothing: it is a 500 for that request. One in the stream of a body,
/// when the head has long left, ends that response in the middle. Neither holds the shutdown up.
///
/// # Without `serve`
///
/// A handle that no `serve` was given works by itself: [`begin`](Self::begin) begins the drain, and
/// health, [`draining`](Self::draining) and [`is_draining`](Self::is_draining) follow. The panic of
/// an essential task begins it too. But there is no deadline and no report, nothing is cut, and
/// nobody waits for tracked work but [`tasks_ended`](Self::tasks_ended). See
/// [`layer`](crate::layer) for the whole of it.
///
/// [e]: Tracked::essential
#[derive(Clone, Debug)]
pub struct ShutdownHandle {
    pub(super) shared: Arc<ServerState>,
}

impl Default for ShutdownHandle {
    fn default() -> Self {
        Self::new()
    }
}

impl ShutdownHandle {
    /// A handle for [`Serve::shutdown_handle`](crate::Serve::shutdown_handle), made before it so
    /// that routes and tasks can have it.
    #[must_use]
    pub fn new() -> Self {
        Self { shared: Arc::new(ServerState::new()) }
    }

    pub(crate) fn of(shared: &Arc<ServerState>) -> Self {
        Self { shared: Arc::clone(shared) }
    }

    /// How many connections hold more than they need between two requests.
    #[cfg(all(test, feature = "axum"))]
    pub(crate) fn unparked(&self) -> usize {
        self.shared.buffers.unparked()
    }

    pub(crate) fn into_shared(self) -> Arc<ServerState> {
        self.shared
    }

    /// Whether the shutdown has begun. Never becomes false again.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.shared.flags().has(ShutdownFlags::UNREADY)
    }

    /// Waits until the shutdown begins; over at once when it has. Cancel safe.
    ///
    /// For what would otherwise go on for ever, and be cut at the deadline. An event stream ends
    /// when this does, and its client connects again, elsewhere:
    ///
    #[cfg_attr(feature = "axum", doc = "```")]
    #[cfg_attr(not(feature = "axum"), doc = "```ignore")]
    /// use std::convert::Infallible;
    ///
    /// use axum::response::sse::{Event, Sse};
    /// use futures_util::{Stream, StreamExt, stream};
    /// use lastorders::ShutdownHandle;
    ///
    /// async fn events(drain: ShutdownHandle) -> Sse<impl Stream<Item = Result<Event, Infallible>>>
    /// {
    ///     let events = stream::repeat(Ok(Event::default().data("a tick")));
    ///     Sse::new(events.take_until(drain.draining()))
    /// }
    /// # use axum::response::IntoResponse;
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// # let drain = ShutdownHandle::new();
    /// # let mut body = events(drain.clone()).await.into_response().into_body().into_data_stream();
    /// # assert_eq!(body.next().await.unwrap().unwrap(), "data: a tick\n\n");
    /// # drain.begin();
    /// # assert!(body.next().await.is_none());
    /// # });
    /// ```
    ///
    /// A long poll answers that there is nothing yet, and its client asks again, elsewhere:
    ///
    #[cfg_attr(feature = "axum", doc = "```")]
    #[cfg_attr(not(feature = "axum"), doc = "```ignore")]
    /// use axum::extract::{Path, State};
    /// use axum::http::StatusCode;
    /// use lastorders::ShutdownHandle;
    /// use tokio::sync::watch;
    ///
    /// async fn news(
    ///     drain: ShutdownHandle,
    ///     State(mut news): State<watch::Receiver<u64>>,
    ///     Path(after): Path<u64>,
    /// ) -> Result<String, StatusCode> {
    ///     tokio::select! {
    ///         // News first: what is there when the drain begins is still delivered.
    ///         biased;
    ///         Ok(newest) = news.wait_for(|newest| *newest > after) => Ok(newest.to_string()),
    ///         () = drain.draining() => Err(StatusCode::NO_CONTENT),
    ///     }
    /// }
    /// # let (tell, receiver) = watch::channel(1);
    /// # let route = axum::routing::get(news).with_state::<()>(receiver.clone());
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// # let drain = ShutdownHandle::new();
    /// # drain.begin();
    /// # let ask = |after| news(drain.clone(), State(receiver.clone()), Path(after));
    /// # assert_eq!(ask(0).await, Ok("1".to_owned()));
    /// # assert_eq!(ask(1).await, Err(StatusCode::NO_CONTENT));
    /// # });
    /// ```
    ///
    /// A WebSocket sends the close code 1001, "going away" (RFC 6455, section 7.4.1), and waits for
    /// the answer: see `examples/websocket.rs`.
    ///
    /// It is over at the signal, so in a lame duck too: a client that comes back at once may be
    /// routed here again, and finds the drain begun.
    pub fn draining(&self) -> impl Future<Output = ()> + Send + use<> {
        let shared = Arc::clone(&self.shared);
        async move {
            let mut began = std::pin::pin!(shared.began.notified());
            // Listening before looking, so that nothing is missed in between.
            began.as_mut().enable();
            if !shared.flags().has(ShutdownFlags::UNREADY) {
                began.await;
            }
        }
    }

    /// Makes the shutdown wait for `future`, from this call until it ends or is dropped.
    ///
    /// It does not spawn: await the result, or hand it to `tokio::spawn`. At the deadline it is
    /// dropped where it stands, and gives [`Aborted`](super::Aborted). One that does not come back
    /// from a poll cannot be dropped; the shutdown goes on without it after
    /// [`ABORT_GRACE`](crate::drain::ABORT_GRACE).
    ///
    /// Work that is begun by a request and outlives it is tracked before the answer leaves, so that
    /// there is no moment at which neither holds the shutdown:
    ///
    #[cfg_attr(feature = "axum", doc = "```")]
    #[cfg_attr(not(feature = "axum"), doc = "```ignore")]
    /// use axum::http::StatusCode;
    /// use lastorders::ShutdownHandle;
    ///
    /// async fn sign_up(drain: ShutdownHandle) -> StatusCode {
    ///     tokio::spawn(drain.track(async { /* send the welcome mail */ }));
    ///     StatusCode::ACCEPTED
    /// }
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// # assert_eq!(sign_up(ShutdownHandle::new()).await, StatusCode::ACCEPTED);
    /// # });
    /// ```
    ///
    /// A worker that takes jobs from a channel ends when the last sender is gone, and not when the
    /// drain begins: requests in flight may still send it something. The senders that the
    /// application holds go with the last connection. `examples/worker.rs` has the whole of it.
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
    /// let drain = ShutdownHandle::new();
    /// let (send, jobs) = mpsc::channel(16);
    /// // Its panic would begin the shutdown: nobody else takes the jobs.
    /// let worker = tokio::spawn(drain.track(work(jobs)).essential());
    /// # send.send(7).await.unwrap();
    /// # drop(send);
    /// # assert_eq!(worker.await.unwrap(), Ok(7));
    /// # });
    /// ```
    ///
    /// One that goes round and round ends when the drain begins:
    /// `tokio::select! { () = drain.draining() => break, _ = interval.tick() => … }`.
    pub fn track<F: Future>(&self, future: F) -> Tracked<F> {
        Tracked::new(&self.shared, future)
    }

    /// Begins the shutdown, as a signal does; the report's cause is `application`. Nothing happens
    /// when it has begun before.
    ///
    /// For an application with a reason of its own: an administrator's request, a lease that was
    /// lost, a worker that has ended and should not have. Called before the
    /// [`serve`](crate::serve()) that this handle is given to, it makes that shut down at once.
    pub fn begin(&self) {
        self.shared.ask(Input::Begin);
    }

    /// Waits until no tracked future is left; over at once when there is none. Cancel safe.
    ///
    /// [`serve`](crate::serve()) does this by itself. Without it, bound it by a timeout.
    pub fn tasks_ended(&self) -> impl Future<Output = ()> + Send + use<> {
        let shared = Arc::clone(&self.shared);
        async move { shared.tasks_ended().await }
    }
}
