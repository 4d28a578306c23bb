use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::{Serialize, Serializer};

use crate::drain::{Cause, ConnectionClass, Counts, Outcome, Phase, Policy, ReleaseOutcome};
use crate::listener::SealMethod;

/// The report of a shutdown: text for people by `Display`, data for machines by serde. Times are
/// whole milliseconds.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// Why the shutdown began. In JSON `SIGTERM`, `SIGINT`, `panic` or `application`.
    pub cause: Cause,
    /// Whether everything in flight ended by itself, no essential task panicked, and every resource
    /// was released.
    pub clean: bool,
    /// Whether a second SIGINT cut the shutdown short.
    pub forced: bool,
    /// Whether an essential task panicked: the accept loop, or a tracked task marked essential. The
    /// panic either began the shutdown or came during it.
    pub panicked: bool,
    /// The code that the process should exit with; see [`exit_code`](crate::exit_code).
    pub exit_code: u8,
    /// How the listener was closed; `None` if the shutdown ended before that, or if the accept loop
    /// panicked.
    pub seal_method: Option<SealMethod>,
    /// How much was open and in flight when the shutdown began.
    pub at_signal: Tally,
    /// How many requests ended by themselves since the shutdown began. This includes last requests
    /// on idle connections, and requests that were refused.
    pub finished: usize,
    /// The numbers of cut requests, connections and tasks.
    pub aborted: Tally,
    /// The connections that were cut, in the order in which they were accepted.
    pub aborted_connections: Vec<AbortedConnection>,
    /// The phases after [`Phase::Serving`] that the shutdown entered, in order.
    pub phases: Vec<PhaseReport>,
    /// The resources, in the order of their release.
    pub releases: Vec<ReleaseReport>,
    /// The time from the cause of the shutdown to its end, in milliseconds.
    pub took_ms: u64,
}

/// Numbers of requests, connections and tasks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Tally {
    /// Requests whose response had not been written.
    pub requests: usize,
    /// HTTP connections on which a request was in flight or could begin.
    pub connections: usize,
    /// Connections that had left HTTP.
    pub upgraded: usize,
    /// Connections on which the server had sent its FIN.
    pub lingering: usize,
    /// Tracked tasks.
    pub tasks: usize,
}

impl From<Counts> for Tally {
    fn from(counts: Counts) -> Self {
        Self {
            requests: counts.requests,
            connections: counts.open,
            upgraded: counts.upgraded,
            lingering: counts.lingering,
            tasks: counts.tasks,
        }
    }
}

/// A connection that was cut.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AbortedConnection {
    /// The id of the connection. Ids rise in the order in which connections are accepted. Tracked
    /// tasks take ids from the same sequence.
    pub connection: u64,
    /// The activity of the connection.
    pub class: ConnectionClass,
    /// The requests in flight. For a connection that has left HTTP, the request by which it did so.
    pub requests: Vec<AbortedRequest>,
}

/// A request that was cut.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AbortedRequest {
    /// The method.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The time since the head was read, in milliseconds.
    pub age_ms: u64,
}

/// A phase that the shutdown entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PhaseReport {
    /// The phase. In JSON its [`name`](Phase::name).
    pub phase: Phase,
    /// When the phase began, in milliseconds since the shutdown began.
    pub at_ms: u64,
    /// How long the phase lasted, in milliseconds.
    pub took_ms: u64,
}

/// The release of a resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ReleaseReport {
    /// The name that was given to [`Serve::release`](crate::Serve::release).
    pub name: String,
    /// How the release ended. In JSON `done`, `failed`, `panicked`, `timed out` or `skipped`.
    pub outcome: ReleaseOutcome,
    /// How long the release took, in milliseconds.
    pub took_ms: u64,
}

impl Report {
    pub(crate) fn new(
        outcome: &Outcome,
        policy: &Policy,
        names: Vec<String>,
        method: Option<SealMethod>,
        aborted_connections: Vec<AbortedConnection>,
    ) -> Self {
        let began = outcome.entered.first().map_or(Duration::ZERO, |(_, at)| *at);
        let ended = outcome.entered.last().map_or(Duration::ZERO, |(_, at)| *at);
        let releases = names.into_iter().zip(&outcome.released);
        Self {
            cause: outcome.cause.expect("a server ends only by a shutdown, which has a cause"),
            clean: outcome.is_clean(),
            forced: outcome.forced,
            panicked: outcome.panicked,
            exit_code: outcome.exit_code(policy),
            seal_method: method,
            at_signal: outcome.at_signal.into(),
            finished: outcome.finished,
            aborted: outcome.aborted.into(),
            aborted_connections,
            phases: phases(outcome, began),
            releases: releases
                .map(|(name, it)| ReleaseReport {
                    name,
                    outcome: it.outcome,
                    took_ms: millis(it.took),
                })
                .collect(),
            took_ms: millis(ended.saturating_sub(began)),
        }
    }

    /// The code that the process should exit with; see [`exit_code`](crate::exit_code).
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        self.exit_code
    }

    /// How many connections of each class were cut.
    #[must_use]
    pub fn aborted_by_class(&self) -> BTreeMap<ConnectionClass, usize> {
        let mut classes = BTreeMap::new();
        for connection in &self.aborted_connections {
            *classes.entry(connection.class).or_default() += 1;
        }
        classes
    }
}

fn phases(outcome: &Outcome, began: Duration) -> Vec<PhaseReport> {
    let phases = outcome.phases().map(|(phase, at, took)| PhaseReport {
        phase,
        at_ms: millis(at.saturating_sub(began)),
        took_ms: millis(took),
    });
    phases.collect()
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = &self.at_signal;
        writeln!(
            f,
            "{}: shut down in {} ms, exit code {}",
            self.cause, self.took_ms, self.exit_code
        )?;
        writeln!(
            f,
            "  at the signal: {} in flight, {} connections, {} upgraded, {} tasks",
            at.requests, at.connections, at.upgraded, at.tasks
        )?;
        writeln!(f, "  finished since: {}", self.finished)?;
        for phase in &self.phases {
            writeln!(f, "  {:>6} ms  {} for {} ms", phase.at_ms, phase.phase, phase.took_ms)?;
        }
        if self.panicked {
            writeln!(f, "  an essential task panicked")?;
        }
        if let Some(method) = self.seal_method {
            writeln!(f, "  listener closed by: {method}")?;
        }
        self.fmt_aborted(f)?;
        for it in &self.releases {
            writeln!(f, "  released {}: {} in {} ms", it.name, it.outcome, it.took_ms)?;
        }
        Ok(())
    }
}

impl Report {
    fn fmt_aborted(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.aborted_connections.is_empty() && self.aborted.tasks == 0 {
            return writeln!(f, "  cut: nothing");
        }
        let why = if self.forced { "by a second SIGINT" } else { "at the deadline" };
        writeln!(
            f,
            "  cut {why}: {} in flight, {} tasks",
            self.aborted.requests, self.aborted.tasks
        )?;
        for (class, count) in self.aborted_by_class() {
            writeln!(f, "    {count} {class}")?;
        }
        let requests = self.aborted_connections.iter().flat_map(|it| &it.requests);
        for AbortedRequest { method, path, age_ms } in requests {
            writeln!(f, "    {method} {path}, {age_ms} ms old")?;
        }
        Ok(())
    }
}

// The modules of `drain` depend only on `std`, so their enums implement `Serialize` here.

impl Serialize for Cause {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for ConnectionClass {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl Serialize for Phase {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl Serialize for ReleaseOutcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// Whole milliseconds.
pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
