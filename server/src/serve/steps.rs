//! One line in the log for each step of the shutdown.

use tracing::{info, warn};

use crate::drain::{Cause, Machine, Policy, ReleaseOutcome};
use crate::report::AbortedConnection;
use crate::seal::Rung;

pub(super) fn began(machine: &Machine) {
    let counts = machine.counts();
    let Some(cause) = machine.outcome().cause else {
        return;
    };
    let Policy { lame_duck, deadline, .. } = machine.policy();
    match cause {
        Cause::Signal(_) | Cause::Application => info!(
            %cause,
            in_flight = counts.requests,
            connections = counts.open,
            upgraded = counts.upgraded,
            tasks = counts.tasks,
            ?lame_duck,
            ?deadline,
            "shutdown begins; readiness is off"
        ),
        Cause::Panic => warn!(
            %cause,
            in_flight = counts.requests,
            connections = counts.open,
            "a task that matters panicked: shutdown begins; readiness is off"
        ),
    }
}

pub(super) fn sealing(machine: &Machine) {
    let counts = machine.counts();
    info!(in_flight = counts.requests, connections = counts.open, "closing the door");
}

pub(super) fn sealed(rung: Rung, machine: &Machine) {
    let counts = machine.counts();
    info!(%rung, in_flight = counts.requests, connections = counts.open, "door closed; draining");
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
        for request in &connection.requests {
            let (method, path) = (&request.method, &request.path);
            warn!(connection = connection.connection, class = %connection.class, %method, %path,
                age_ms = request.age_ms, "request cut");
        }
    }
}

pub(super) fn releasing(name: &str) {
    info!(resource = name, "releasing");
}

pub(super) fn released(name: &str, outcome: ReleaseOutcome) {
    match outcome {
        ReleaseOutcome::Done => info!(resource = name, "released"),
        ReleaseOutcome::Failed
        | ReleaseOutcome::Panicked
        | ReleaseOutcome::TimedOut
        | ReleaseOutcome::Skipped => warn!(resource = name, %outcome, "not released"),
    }
}

pub(super) fn abandoned(name: &str) {
    warn!(resource = name, "not released in time; leaving it");
}

pub(super) fn finished(machine: &Machine) {
    let outcome = machine.outcome();
    let exit_code = outcome.exit_code(machine.policy());
    info!(
        clean = outcome.is_clean(),
        finished = outcome.finished,
        cut = outcome.aborted.requests,
        exit_code,
        "shutdown complete"
    );
}
