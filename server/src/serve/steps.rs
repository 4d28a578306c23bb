//! One event for each step of the shutdown: in the log, and with the feature `metrics` there too.
//!
//! Times are whole milliseconds.

use std::time::Duration;

use tracing::{info, warn};

use crate::drain::{
    Action, Cause, Machine, Outcome, Phase, Policy, PolicyError, ReleaseOutcome, Released,
};
#[cfg(feature = "metrics")]
use crate::metrics;
use crate::report::{AbortedConnection, Report, millis};
use crate::seal::SealMethod;

/// Said before serving begins, and not when it is too late to change anything.
pub(super) fn shortened(error: &PolicyError, lame_duck: Duration) {
    let lame_duck_ms = millis(lame_duck);
    warn!(%error, lame_duck_ms, "the policy leaves no time to drain; lame duck shortened");
}

/// What can be said before an action is carried out.
pub(super) fn before(action: Action, machine: &Machine) {
    match action {
        Action::FailReadiness => began(machine),
        Action::RefuseWork => say(machine, "refusing new work"),
        Action::Seal => say(machine, "closing the door"),
        Action::CloseSilent => say(machine, "closing connections that have not sent a byte"),
        Action::CloseIdle => say(machine, "closing idle connections"),
        Action::Release(0) => drained(machine),
        Action::Finish if machine.outcome().released.is_empty() => drained(machine),
        Action::AnswerWithClose
        | Action::AbortRemaining
        | Action::Release(_)
        | Action::Abandon(_)
        | Action::Finish => {}
    }
}

fn began(machine: &Machine) {
    let counts = machine.counts();
    let Some(cause) = machine.outcome().cause else {
        return;
    };
    let Policy { lame_duck, deadline, .. } = machine.policy();
    let (lame_duck_ms, deadline_ms) = (millis(*lame_duck), millis(*deadline));
    macro_rules! event {
        ($level:ident, $message:literal) => {
            $level!(%cause, in_flight = counts.requests, connections = counts.open,
                upgraded = counts.upgraded, tasks = counts.tasks, lame_duck_ms, deadline_ms,
                $message)
        };
    }
    match cause {
        Cause::Signal(_) | Cause::Application => {
            event!(info, "shutdown begins; readiness is off");
        }
        Cause::Panic => {
            event!(warn, "a task that matters panicked: shutdown begins; readiness is off");
        }
    }
    #[cfg(feature = "metrics")]
    metrics::began(cause, machine.outcome().at_signal);
}

fn say(machine: &Machine, message: &'static str) {
    let counts = machine.counts();
    info!(in_flight = counts.requests, connections = counts.open, "{message}");
}

pub(super) fn making_room(machine: &Machine) {
    say(machine, "out of descriptors: closing idle connections for those that wait");
}

pub(super) fn sealed(method: SealMethod, machine: &Machine) {
    let counts = machine.counts();
    info!(%method, took_ms = lasted(machine.outcome(), Phase::Sealing),
        in_flight = counts.requests, connections = counts.open, upgraded = counts.upgraded,
        tasks = counts.tasks, "door closed; draining");
    #[cfg(feature = "metrics")]
    metrics::sealed(method);
}

pub(super) fn aborting(machine: &Machine, left: &[AbortedConnection]) {
    let outcome = machine.outcome();
    let cut = outcome.aborted;
    let why = if outcome.forced { "second SIGINT" } else { "deadline" };
    warn!(
        why,
        in_flight = cut.requests,
        connections = cut.open,
        upgraded = cut.upgraded,
        tasks = cut.tasks,
        "cutting what is left"
    );
    for connection in left {
        let class = connection.class.name();
        let connection_id = connection.connection;
        for request in &connection.requests {
            let (method, path) = (&request.method, &request.path);
            warn!(connection = connection_id, class, %method, %path, age_ms = request.age_ms,
                "request cut");
        }
        if connection.requests.is_empty() {
            warn!(connection = connection_id, class, "connection cut");
        }
    }
    #[cfg(feature = "metrics")]
    metrics::aborted(cut, left);
}

/// Nothing is in flight, or what was cut has had the time to go.
fn drained(machine: &Machine) {
    let outcome = machine.outcome();
    let counts = machine.counts();
    info!(
        took_ms = lasted(outcome, Phase::Draining) + lasted(outcome, Phase::Aborting),
        finished = outcome.finished,
        in_flight = counts.requests,
        upgraded = counts.upgraded,
        tasks = counts.tasks,
        "drain over"
    );
}

pub(super) fn releasing(name: &str) {
    info!(resource = name, "releasing");
}

/// Whatever became of a resource, its turn included that did not come.
pub(super) fn released(name: &str, released: &Released) {
    let Released { outcome, took, .. } = released;
    let took_ms = millis(*took);
    match outcome {
        ReleaseOutcome::Done => info!(resource = name, %outcome, took_ms, "released"),
        ReleaseOutcome::TimedOut => {
            warn!(resource = name, %outcome, took_ms, "not released in time; leaving it");
        }
        ReleaseOutcome::Failed | ReleaseOutcome::Panicked | ReleaseOutcome::Skipped => {
            warn!(resource = name, %outcome, took_ms, "not released");
        }
    }
    #[cfg(feature = "metrics")]
    metrics::released(name, released);
}

pub(super) fn finished(outcome: &Outcome, report: &Report) {
    info!(
        cause = report.cause.to_string(),
        clean = report.clean,
        forced = report.forced,
        panicked = report.panicked,
        finished = report.finished,
        cut = report.aborted.requests,
        took_ms = report.took_ms,
        exit_code = report.exit_code,
        "shutdown complete"
    );
    #[cfg(feature = "metrics")]
    metrics::finished(outcome);
    #[cfg(not(feature = "metrics"))]
    let _ = outcome;
}

/// How long a phase lasted that is over; nothing if it was not entered.
fn lasted(outcome: &Outcome, phase: Phase) -> u64 {
    let lasted = outcome.phases().find(|(entered, ..)| *entered == phase);
    lasted.map_or(0, |(_, _, took)| millis(took))
}
