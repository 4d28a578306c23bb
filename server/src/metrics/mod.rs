//! The metrics of a shutdown, recorded by the [`metrics`](https://docs.rs/metrics) facade. They
//! need the feature `metrics`.
//!
//! Every name begins with `lastorders_`.
//!
//! | `lastorders_…` | kind | labels | meaning |
//! |---|---|---|---|
//! | `shutdowns_total` | counter | `cause` | shutdowns that began |
//! | `requests_at_signal` | gauge |  | requests in flight when the shutdown began |
//! | `connections_at_signal` | gauge |  | connections open when the shutdown began |
//! | `upgraded_at_signal` | gauge |  | upgraded connections when the shutdown began |
//! | `tasks_at_signal` | gauge |  | tracked tasks when the shutdown began |
//! | `seals_total` | counter | `method` | closed listeners, by method |
//! | `finished_requests_total` | counter |  | requests that finished during the shutdown |
//! | `aborted_requests_total` | counter |  | requests that were cut |
//! | `aborted_connections_total` | counter | `class` | connections that were cut |
//! | `aborted_tasks_total` | counter |  | tracked tasks that were cut |
//! | `phase_duration_seconds` | histogram | `phase` | length of each phase |
//! | `release_duration_seconds` | histogram | `resource` `outcome` | length of each release |
//! | `shutdown_duration_seconds` | histogram | `clean` | length of the whole shutdown |
//!
//! Labels have the words of the [`Report`](crate::Report), with underscores for spaces: `phase` is
//! `lame_duck`, `outcome` is `timed_out`, `class` is `half_head`. `resource` is the name that was
//! given to [`Serve::release`](crate::Serve::release).
//!
//! An [observer](crate::event) records each metric at the event that the metric describes. The
//! server records nothing while it serves, so the metrics cost nothing per request. Counters that
//! count nothing are recorded as 0, so that alerts can compare them.
//!
//! # Exporting the metrics
//!
//! Push the metrics when [`serve`](crate::serve()) has returned. By then everything is recorded. A
//! scraper is too late, because the process is about to end. Install the recorder before the server
//! serves, because earlier values are not recorded again.
//!
//! ```
//! # async fn push() {}
//! # async fn run(listener: tokio::net::TcpListener, app: axum::Router) -> std::io::Result<()> {
//! let signals = lastorders::signal::terminate()?;
//! let report = lastorders::serve(listener, app).signals(signals).await;
//! push().await;
//! # Ok(())
//! # }
//! ```

#[cfg(feature = "metrics")]
mod facade;

#[cfg(feature = "metrics")]
pub(crate) use facade::Facade;
