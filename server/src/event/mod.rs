//! What happens in a server, as data.
//!
//! [`Serve::observe`](crate::Serve::observe) adds an [`Observer`]. The observer gets each [`Event`]
//! at the moment at which the server does what the event says. The log, the
//! [`metrics`](mod@crate::metrics) and the messages to systemd are observers of the same events.
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
//! `examples/observe.rs` is a whole program.
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
//! A resource whose turn does not come is `Released` with the outcome `Skipped` and never
//! `Releasing`.
//!
//! # Modules
//!
//! * `observer`: [`Observer`], and the list of a server's observers.
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

/// Something that happened in a server. The [module](self) lists the events in their order.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// The policy left no time between the end of the lame duck and the deadline, so the lame duck
    /// was shortened. Emitted when the [`Serve`](crate::Serve) is turned into a future.
    #[non_exhaustive]
    LameDuckShortened {
        /// What [`Policy::check`](crate::Policy::check) says of the policy.
        error: &'a PolicyError,
        /// The lame duck's new length.
        lame_duck: Duration,
    },
    /// The server waits for connections. Not emitted when the shutdown begins before that.
    #[non_exhaustive]
    Serving {},
    /// Accepting failed, for a reason that concerns more than one connection: usually there are no
    /// more file descriptors.
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
        /// Why it begins.
        cause: Cause,
        /// What is open and in flight.
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
        /// What is open and in flight.
        counts: Counts,
    },
    /// New requests are answered 503 from now on, because the policy says
    /// [`LameDuckWork::Refuse`](crate::LameDuckWork::Refuse).
    #[non_exhaustive]
    RefusingWork {
        /// What is open and in flight.
        counts: Counts,
    },
    /// Idle connections are closed before the listener is, because no file descriptors are left for
    /// the connections in its queue.
    #[non_exhaustive]
    MakingRoom {
        /// What is open and in flight.
        counts: Counts,
    },
    /// The listener is closed.
    #[non_exhaustive]
    Sealed {
        /// How it was closed.
        method: SealMethod,
        /// How long closing it took.
        took: Duration,
        /// What is open and in flight.
        counts: Counts,
    },
    /// Connections that have not sent a byte are closed, now and whenever one is found.
    #[non_exhaustive]
    ClosingSilent {
        /// What is open and in flight.
        counts: Counts,
    },
    /// Connections between two requests are closed, now and whenever one becomes idle.
    #[non_exhaustive]
    ClosingIdle {
        /// What is open and in flight.
        counts: Counts,
    },
    /// Every connection, request and tracked task that is left is cut.
    #[non_exhaustive]
    Cutting {
        /// Why.
        why: CutReason,
        /// How much is cut.
        counts: Counts,
        /// The connections that are cut, in the order of their acceptance.
        connections: &'a [AbortedConnection],
    },
    /// Nothing is in flight, or what was cut has had the time to end.
    #[non_exhaustive]
    Drained {
        /// The time since the listener was closed.
        took: Duration,
        /// How many requests ended by themselves since the shutdown began.
        finished: usize,
        /// What is still open and in flight.
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
        /// How it ended.
        outcome: ReleaseOutcome,
        /// How long it took.
        took: Duration,
        /// The resource's own error, if the outcome is [`ReleaseOutcome::Failed`].
        error: Option<&'a (dyn Error + Send + Sync + 'static)>,
    },
    /// The shutdown is over, and [`serve`](crate::serve()) returns this report.
    #[non_exhaustive]
    Finished {
        /// What the shutdown did.
        report: &'a Report,
    },
}

/// Why requests are cut.
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
