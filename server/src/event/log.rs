use std::error::Error;
use std::time::Duration;

use tracing::field::display;
use tracing::{info, warn};

use super::{CutReason, Event, Observer};
use crate::drain::{Cause, Counts, Phase, ReleaseOutcome};
use crate::report::{AbortedConnection, Report, millis};

/// Writes one event of `tracing` for each step of the shutdown. Times are whole milliseconds.
///
/// No program may match these messages, because they can change with every version. A rules test of
/// the repository searches every other file for them. So that the test can tell a message from
/// other text, each message has at least two words.
#[derive(Debug)]
pub(crate) struct Log;

impl Observer for Log {
    fn observe(&mut self, event: &Event<'_>) {
        match event {
            Event::LameDuckShortened { error, lame_duck } => {
                let lame_duck_ms = millis(*lame_duck);
                warn!(%error, lame_duck_ms,
                    "the policy leaves no time to drain; lame duck shortened");
            }
            Event::Serving {} => {}
            Event::AcceptFailed { error, rest } => {
                warn!(%error, rest_ms = millis(*rest), "cannot accept connections; resting");
            }
            Event::ShutdownBegan { cause, counts, lame_duck, deadline, longest: _ } => {
                shutdown_began(*cause, *counts, *lame_duck, *deadline);
            }
            Event::PhaseEntered { phase: Phase::Sealing, after: _, counts } => {
                step(*counts, "closing the listener");
            }
            Event::PhaseEntered { .. } => {}
            Event::RefusingWork { counts } => step(*counts, "refusing new requests"),
            Event::MakingRoom { counts } => {
                step(*counts, "out of descriptors; closing idle connections to accept the waiting");
            }
            Event::Sealed { method, took, counts } => {
                let (took_ms, Counts { open, requests, upgraded, tasks, .. }) =
                    (millis(*took), *counts);
                info!(%method, took_ms, in_flight = requests, connections = open, upgraded, tasks,
                    "listener closed; draining");
            }
            Event::ClosingSilent { counts } => {
                step(*counts, "closing connections that have not sent a byte");
            }
            Event::ClosingIdle { counts } => step(*counts, "closing idle connections"),
            Event::Cutting { why, counts, connections } => cutting(*why, *counts, connections),
            Event::Drained { took, finished, counts } => {
                let (took_ms, Counts { requests, upgraded, tasks, .. }) = (millis(*took), *counts);
                info!(took_ms, finished, in_flight = requests, upgraded, tasks, "drain complete");
            }
            Event::Releasing { resource } => info!(resource, "releasing a resource"),
            Event::Released { resource, outcome, took, error } => {
                released(resource, *outcome, *took, *error);
            }
            Event::Finished { report } => finished(report),
        }
    }
}

fn shutdown_began(cause: Cause, counts: Counts, lame_duck: Duration, deadline: Duration) {
    let (lame_duck_ms, deadline_ms) = (millis(lame_duck), millis(deadline));
    macro_rules! began {
        ($level:ident, $message:literal) => {
            $level!(%cause, in_flight = counts.requests, connections = counts.open,
                upgraded = counts.upgraded, tasks = counts.tasks, lame_duck_ms, deadline_ms,
                $message)
        };
    }
    match cause {
        Cause::Signal(_) | Cause::Application => began!(info, "shutdown begins; readiness is off"),
        Cause::Panic => began!(warn, "shutdown begins after a panic; readiness is off"),
    }
}

fn step(counts: Counts, message: &'static str) {
    info!(in_flight = counts.requests, connections = counts.open, "{message}");
}

fn cutting(why: CutReason, counts: Counts, connections: &[AbortedConnection]) {
    let Counts { open, requests, upgraded, tasks, .. } = counts;
    warn!(%why, in_flight = requests, connections = open, upgraded, tasks,
        "cutting the rest");
    for cut in connections {
        let (connection, class) = (cut.connection, cut.class.name());
        for request in &cut.requests {
            let (method, path) = (&request.method, &request.path);
            warn!(connection, class, %method, %path, age_ms = request.age_ms, "request cut");
        }
        if cut.requests.is_empty() {
            warn!(connection, class, "connection cut");
        }
    }
}

fn released(
    resource: &str,
    outcome: ReleaseOutcome,
    took: Duration,
    error: Option<&(dyn Error + Send + Sync + 'static)>,
) {
    let (took_ms, error) = (millis(took), error.map(display));
    match outcome {
        ReleaseOutcome::Done => info!(resource, %outcome, took_ms, "resource released"),
        ReleaseOutcome::TimedOut => {
            warn!(resource, %outcome, took_ms, "resource not released in time; abandoned");
        }
        ReleaseOutcome::Failed | ReleaseOutcome::Panicked | ReleaseOutcome::Skipped => {
            warn!(resource, %outcome, took_ms, error, "resource not released");
        }
    }
}

fn finished(report: &Report) {
    info!(
        cause = %report.cause,
        clean = report.clean,
        forced = report.forced,
        panicked = report.panicked,
        finished = report.finished,
        cut = report.aborted.requests,
        took_ms = report.took_ms,
        exit_code = report.exit_code,
        "shutdown complete"
    );
}
