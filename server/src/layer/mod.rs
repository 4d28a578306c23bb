//! Tower layers, for services without axum and for servers other than [`serve`](crate::serve()).
//!
//! * [`HealthLayer`] answers the health route before the service sees it.
//! * [`ShutdownHandleLayer`] puts the [`ShutdownHandle`](crate::ShutdownHandle) into requests,
//!   where no [`serve`](crate::serve()) does so.
//!
//! # A tower service under `serve`
//!
//! Requests already carry the handle, so a tower service only needs its health route: see
//! `examples/hyper.rs`.
//!
//! # Another server
//!
//! A handle works without [`serve`](crate::serve()), with limits. Your signal handler calls
//! [`begin`](crate::ShutdownHandle::begin). From then on health answers 503, and
//! [`draining`](crate::ShutdownHandle::draining) completes. The other server must do the rest:
//!
//! * close its listener without losing connections,
//! * tell clients that their connections will be closed,
//! * wait for requests in flight, and cut them at a deadline.
//!
//! [`tasks_ended`](crate::ShutdownHandle::tasks_ended) waits for tracked work.
//!
#![cfg_attr(feature = "axum", doc = "```")]
#![cfg_attr(not(feature = "axum"), doc = "```ignore")]
//! use std::time::Duration;
//!
//! use axum::{Router, routing::get};
//! use futures_util::StreamExt;
//! use lastorders::ShutdownHandle;
//! use lastorders::layer::{ShutdownHandleLayer, HealthLayer};
//!
//! # async fn run() -> std::io::Result<()> {
//! let shutdown = ShutdownHandle::new();
//! let app = Router::new()
//!     .route("/", get(|it: ShutdownHandle| async move { it.is_draining().to_string() }))
//!     .layer(ShutdownHandleLayer::new(shutdown.clone()))
//!     .layer(HealthLayer::new(shutdown.clone()));
//!
//! let mut signals = lastorders::signal::terminate()?;
//! let begin = shutdown.clone();
//! tokio::spawn(async move {
//!     signals.next().await;
//!     begin.begin();
//! });
//!
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
//! axum::serve(listener, app).with_graceful_shutdown(shutdown.draining()).await?;
//! let ended = tokio::time::timeout(Duration::from_secs(1), shutdown.tasks_ended()).await;
//! if ended.is_err() {
//!     eprintln!("tracked work was cut");
//! }
//! # Ok(())
//! # }
//! ```

mod health;
mod oneshot;
mod shutdown_handle;

#[cfg(test)]
mod tests;

pub use health::{HealthFuture, HealthLayer, WithHealth};
pub use shutdown_handle::{ShutdownHandleLayer, WithShutdownHandle};
