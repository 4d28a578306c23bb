use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use super::body::RequestBody;
use bytes::Bytes;
use futures_util::{Stream, stream};
use http::{Request, Response};
use http_body::Body;
use tower_service::Service;

use super::BoxError;
use super::driver::{Driver, Signals};
use super::http::HttpOptions;
use super::release::{IntoReleased, Resource};
use crate::clock::{Clock, SharedClock, TokioClock};
use crate::drain::{Policy, Signal};
use crate::event::{Event, Log, Observer, Observers};
use crate::handle::ShutdownHandle;
use crate::listener::Listener;
#[cfg(feature = "metrics")]
use crate::metrics;
use crate::report::Report;
#[cfg(all(feature = "systemd", target_os = "linux"))]
use crate::systemd::{self, Notifier};

/// Serves `app` on `listener` until a signal comes, then shuts down without losing a request.
///
/// `app` is an `axum::Router`, or any tower service of HTTP requests whose response bodies consist
/// of [`Bytes`](bytes::Bytes). Each connection gets a clone of `app`.
///
/// Nothing happens until the returned [`Serve`] is awaited. This function reads no environment,
/// installs no signal handler and never ends the process. Without [`Serve::signals`] no signal
/// begins the shutdown.
pub fn serve<L, S>(listener: L, app: S) -> Serve<L, S> {
    Serve {
        listener,
        app,
        clock: TokioClock,
        signals: Box::pin(stream::pending()),
        policy: Policy::default(),
        handle: None,
        resources: Vec::new(),
        http: HttpOptions::default(),
        observers: Observers::default(),
        #[cfg(all(feature = "systemd", target_os = "linux"))]
        notifier: Notifier::silent(),
    }
}

/// A server that is about to run. Awaiting this value serves, and returns the [`Report`] of the
/// shutdown.
///
/// # Cancel safety
///
/// Dropping the future closes the listener and cuts every connection at once, without a report.
///
/// # Panics
///
/// When the [`ShutdownHandle`] was used by another `serve`, or when this value is awaited outside
/// of a tokio runtime.
#[must_use = "nothing is served until this is awaited"]
pub struct Serve<L, S, C = TokioClock> {
    listener: L,
    app: S,
    clock: C,
    signals: Signals,
    policy: Policy,
    handle: Option<ShutdownHandle>,
    resources: Vec<Resource>,
    http: HttpOptions,
    observers: Observers,
    #[cfg(all(feature = "systemd", target_os = "linux"))]
    notifier: Notifier,
}

impl<L, S, C> Serve<L, S, C> {
    /// Sets how long each phase of the shutdown may take. The default is [`Policy::default`]. A
    /// policy that [`Policy::check`] refuses gets a shorter lame duck, and the log a warning.
    pub fn policy(self, policy: Policy) -> Self {
        Self { policy, ..self }
    }

    /// Sets the stream of signals that begin the shutdown, usually
    /// [`signal::terminate`](crate::signal::terminate). The default has no signals. The server
    /// continues when the stream ends.
    pub fn signals(self, signals: impl Stream<Item = Signal> + Send + 'static) -> Self {
        Self { signals: Box::pin(signals), ..self }
    }

    /// Sets the clock for every wait. The default is [`TokioClock`].
    pub fn clock<D>(self, clock: D) -> Serve<L, S, D> {
        Serve {
            listener: self.listener,
            app: self.app,
            clock,
            signals: self.signals,
            policy: self.policy,
            handle: self.handle,
            resources: self.resources,
            http: self.http,
            observers: self.observers,
            #[cfg(all(feature = "systemd", target_os = "linux"))]
            notifier: self.notifier,
        }
    }

    /// Sets the handle by which the application observes the shutdown. The default is a new handle.
    /// In both cases a handler gets the handle as an axum extractor, or by
    /// [`ShutdownHandle::current`].
    pub fn shutdown_handle(self, handle: ShutdownHandle) -> Self {
        Self { handle: Some(handle), ..self }
    }

    /// Adds a resource that is released after the last request. Resources are released one at a
    /// time, in the order of these calls, each within `bound` and all within the policy's
    /// `release`.
    ///
    /// `release` is a closure and not a future, because some futures begin before they are awaited.
    /// For example, sqlx's `Pool::close` closes the pool to new work at once.
    pub fn release<F, Fut>(mut self, name: impl Into<String>, bound: Duration, release: F) -> Self
    where
        F: FnOnce() -> Fut + Send + 'static,
        Fut: Future + Send + 'static,
        Fut::Output: IntoReleased,
    {
        self.resources.push(Resource::new(name.into(), bound, release));
        self
    }

    /// Adds an observer of every [`Event`] of this server. Each call adds one more. The server
    /// calls the library's own observers first, such as the log, then the others in the order of
    /// these calls.
    ///
    /// The server calls the observer on the task that awaits this [`Serve`], so the observer must
    /// not block; see [`Observer`].
    pub fn observe(mut self, observer: impl Observer) -> Self {
        self.observers.add(observer);
        self
    }

    /// Notifies systemd when serving has begun, when the shutdown begins, and how long the shutdown
    /// may take at most, so that systemd does not kill a drain within the policy. See
    /// [`systemd`](mod@crate::systemd).
    #[cfg(all(feature = "systemd", target_os = "linux"))]
    pub fn systemd(self, notifier: Notifier) -> Self {
        Self { notifier, ..self }
    }

    /// Sets whether responses have a `Date` header. The default is `true`. A simulation sets
    /// `false`, because hyper takes the date from the operating system and not from the clock.
    pub fn date_header(mut self, date_header: bool) -> Self {
        self.http.date_header = date_header;
        self
    }

    /// Sets how long an HTTP/1 connection may take to send the head of a request. The time counts
    /// from the accept or from the last response, and starts again when the connection is parked.
    /// So this timeout bounds idle connections too.
    ///
    /// The default is `None`, because a timeout may close a connection at the moment at which its
    /// client reuses it. During a shutdown the policy bounds both times anyway.
    pub fn header_read_timeout(mut self, timeout: Option<Duration>) -> Self {
        self.http.header_read_timeout = timeout;
        self
    }

    /// Sets how many HTTP/1 connections may keep buffers between two requests. The default is 512,
    /// which is 8 MiB.
    ///
    /// Beyond that, the server parks connections that have been idle for about a second. A parked
    /// connection has no buffers and no state of hyper, which saves some 16 KiB. It takes new
    /// buffers with its next request.
    pub fn park_beyond(mut self, connections: usize) -> Self {
        self.http.park_beyond = connections;
        self
    }
}

impl<L, S, C, B> IntoFuture for Serve<L, S, C>
where
    L: Listener,
    S: Service<Request<RequestBody>, Response = Response<B>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Into<BoxError>,
    C: Clock,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Output = Report;
    type IntoFuture = Pin<Box<dyn Future<Output = Report> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        let handle = self.handle.unwrap_or_default();
        let server = handle.into_server();
        let bounds = self.resources.iter().map(|it| it.bound).collect();
        let clock = SharedClock::new(self.clock);
        let http = self.http.build(&clock);
        let mut observers = Observers::default();
        observers.add(Log);
        #[cfg(feature = "metrics")]
        observers.add(metrics::Facade::default());
        #[cfg(all(feature = "systemd", target_os = "linux"))]
        let messages = (!self.notifier.is_silent()).then(|| {
            let (observer, messages) = systemd::messages(self.notifier, clock.clone());
            observers.add(observer);
            messages
        });
        observers.append(self.observers);
        let (policy, wrong) = self.policy.fixed();
        if let Some(error) = wrong {
            let lame_duck = policy.lame_duck;
            observers.emit(&Event::LameDuckShortened { error: &error, lame_duck });
        }
        server.begin(clock, policy, bounds, self.http.park_beyond);
        let (signals, resources) = (self.signals, self.resources);
        let app = prepared(self.app);
        let run =
            Driver::new(self.listener, app, server, http, signals, resources, observers).run();
        #[cfg(all(feature = "systemd", target_os = "linux"))]
        if let Some(messages) = messages {
            return Box::pin(messages.send_while(run));
        }
        Box::pin(run)
    }
}

/// Gives an axum router its state once. A router without state builds its routes anew for every
/// request. `axum::serve` does this for each connection.
fn prepared<S: 'static>(app: S) -> S {
    #[cfg(feature = "axum")]
    {
        let mut app = Some(app);
        let router = (&mut app as &mut dyn std::any::Any).downcast_mut::<Option<axum::Router>>();
        if let Some(router) = router {
            *router = router.take().map(|router| router.with_state(()));
        }
        app.expect("the router was put back")
    }
    #[cfg(not(feature = "axum"))]
    app
}

impl<L: fmt::Debug, S, C> fmt::Debug for Serve<L, S, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Serve")
            .field("listener", &self.listener)
            .field("policy", &self.policy)
            .field("resources", &self.resources)
            .finish_non_exhaustive()
    }
}
