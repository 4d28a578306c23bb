//! The events of a server, as data.
//!
//! [`Serve::observe`](crate::Serve::observe) adds an [`Observer`], which gets each [`Event`] at the
//! moment of the step that the event describes. The log, the [`metrics`](mod@crate::metrics) and
//! the messages to systemd are observers of the same events.
//!
//! ```
//! # fn example(listener: tokio::net::TcpListener, app: axum::Router) {
//! use lastorders::event::Event;
//!
//! let mut cut = 0;
//! let serve = lastorders::serve(listener, app).observe(move |event: &Event<'_>| match event {
//!     Event::PhaseEntered { phase, after, .. } => println!("{phase} after {after:?}"),
//!     Event::Cutting { connections, .. } => {
//!         cut += connections.iter().map(|it| it.requests.len()).sum::<usize>();
//!     }
//!     Event::Finished { report, .. } => println!("exit code {}, {cut} cut", report.exit_code),
//!     _ => {}
//! });
//! # drop(serve);
//! # }
//! ```
//!
//! `examples/observe.rs` is a complete program.
//!
//! # The order of a shutdown
//!
//! | event | how often | when |
//! |---|---|---|
//! | [`LameDuckShortened`][1] | at most once | before serving |
//! | [`Serving`][2] | at most once | the server waits for connections |
//! | [`AcceptFailed`][3] | any number | until the listener is closed |
//! | [`ShutdownBegan`][4] | once | at the signal |
//! | [`PhaseEntered`][5] | once a phase | each phase from `LameDuck` on that is not skipped |
//! | [`RefusingWork`][6] | at most once | after `ShutdownBegan` |
//! | [`MakingRoom`][7] | at most once | in phase `Sealing` |
//! | [`Sealed`][8] | at most once | at the end of phase `Sealing` |
//! | [`ClosingSilent`][9], [`ClosingIdle`][10] | at most once each | in phase `Draining` |
//! | [`Cutting`][11] | at most once | in phase `Aborting` |
//! | [`Drained`][12] | once | before phase `Releasing` |
//! | [`Releasing`][13], [`Released`][14] | once a resource | in phase `Releasing` |
//! | [`Finished`][15] | once | last, in phase `Done` |
//!
//! A resource that is skipped has the event `Released` with the outcome `Skipped`, and no event
//! `Releasing`.
//!
//! # Modules
//!
//! * `observer`: [`Observer`], and the list of the observers of a server.
//! * `log`: the observer that writes the log.
//!
//! [1]: Event::LameDuckShortened
//! [2]: Event::Serving
//! [3]: Event::AcceptFailed
//! [4]: Event::ShutdownBegan
//! [5]: Event::PhaseEntered
//! [6]: Event::RefusingWork
//! [7]: Event::MakingRoom
//! [8]: Event::Sealed
//! [9]: Event::ClosingSilent
//! [10]: Event::ClosingIdle
//! [11]: Event::Cutting
//! [12]: Event::Drained
//! [13]: Event::Releasing
//! [14]: Event::Released
//! [15]: Event::Finished

mod log;
mod observer;

#[cfg(test)]
mod tests;

use std::error::Error;
use std::fmt;
use std::io;
use std::time::Duration;

use crate::drain::{Cause, Counts, Phase, PolicyError, ReleaseOutcome};
use crate::listener::SealMethod;
use crate::report::{AbortedConnection, Report};

pub(crate) use log::Log;
pub use observer::Observer;
pub(crate) use observer::Observers;

/// A step of a server. The [module](self) lists the events in their order.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// The lame duck was shortened, because the policy left no time between its end and the
    /// deadline. Emitted when the [`Serve`](crate::Serve) is turned into a future.
    #[non_exhaustive]
    LameDuckShortened {
        /// The error of [`Policy::check`](crate::Policy::check).
        error: &'a PolicyError,
        /// The new length of the lame duck.
        lame_duck: Duration,
    },
    /// The server waits for connections. Not emitted if the shutdown begins before that.
    #[non_exhaustive]
    Serving {},
    /// Accepting failed for a reason that concerns more than one connection. Usually no file
    /// descriptors are left.
    #[non_exhaustive]
    AcceptFailed {
        /// The error of [`Listener::accept`](crate::Listener::accept).
        error: &'a io::Error,
        /// How long the server waits before it accepts again.
        rest: Duration,
    },
    /// The shutdown begins, and health routes answer 503 from now on.
    #[non_exhaustive]
    ShutdownBegan {
        /// Why the shutdown begins.
        cause: Cause,
        /// How much is open and in flight.
        counts: Counts,
        /// The policy's lame duck.
        lame_duck: Duration,
        /// The policy's deadline, counted from now.
        deadline: Duration,
        /// The longest time from now to [`Finished`](Self::Finished), whatever clients and handlers
        /// do: [`Policy::longest`](crate::Policy::longest).
        longest: Duration,
    },
    /// A phase begins. [`Phase::Serving`] is never reported.
    #[non_exhaustive]
    PhaseEntered {
        /// The phase.
        phase: Phase,
        /// The time since the shutdown began.
        after: Duration,
        /// How much is open and in flight.
        counts: Counts,
    },
    /// From now on the server answers new requests with 503, because the policy says
    /// [`LameDuckWork::Refuse`](crate::LameDuckWork::Refuse).
    #[non_exhaustive]
    RefusingWork {
        /// How much is open and in flight.
        counts: Counts,
    },
    /// The server closes idle connections before the listener, because no file descriptors are left
    /// for queued connections.
    #[non_exhaustive]
    MakingRoom {
        /// How much is open and in flight.
        counts: Counts,
    },
    /// The listener is closed.
    #[non_exhaustive]
    Sealed {
        /// How the listener was closed.
        method: SealMethod,
        /// How long closing it took.
        took: Duration,
        /// How much is open and in flight.
        counts: Counts,
    },
    /// The server closes connections that have not sent a byte, now and whenever it finds one.
    #[non_exhaustive]
    ClosingSilent {
        /// How much is open and in flight.
        counts: Counts,
    },
    /// The server closes connections between two requests, now and whenever one becomes idle.
    #[non_exhaustive]
    ClosingIdle {
        /// How much is open and in flight.
        counts: Counts,
    },
    /// The server cuts every connection, request and tracked task that is left.
    #[non_exhaustive]
    Cutting {
        /// The reason.
        why: CutReason,
        /// The numbers of cut connections, requests and tasks.
        counts: Counts,
        /// The connections that are cut, in the order in which they were accepted.
        connections: &'a [AbortedConnection],
    },
    /// Nothing is in flight, or the time for the work that was cut to end is over.
    #[non_exhaustive]
    Drained {
        /// The time since the listener was closed.
        took: Duration,
        /// How many requests ended by themselves since the shutdown began.
        finished: usize,
        /// How much is still open and in flight.
        counts: Counts,
    },
    /// The release of a resource begins.
    #[non_exhaustive]
    Releasing {
        /// The name that was given to [`Serve::release`](crate::Serve::release).
        resource: &'a str,
    },
    /// The release of a resource ended, was abandoned, or did not begin in time.
    #[non_exhaustive]
    Released {
        /// The name that was given to [`Serve::release`](crate::Serve::release).
        resource: &'a str,
        /// The outcome of the release.
        outcome: ReleaseOutcome,
        /// How long the release took.
        took: Duration,
        /// The resource's own error, if the outcome is [`ReleaseOutcome::Failed`].
        error: Option<&'a (dyn Error + Send + Sync + 'static)>,
    },
    /// The shutdown is over, and [`serve`](crate::serve()) returns this report.
    #[non_exhaustive]
    Finished {
        /// The report.
        report: &'a Report,
    },
}

/// Why the server cuts requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CutReason {
    /// The policy's deadline has passed.
    Deadline,
    /// A second SIGINT came.
    SecondInterrupt,
}

impl fmt::Display for CutReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Deadline => "deadline",
            Self::SecondInterrupt => "second SIGINT",
        })
    }
}
