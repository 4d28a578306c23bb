use std::time::Duration;

use metrics::{
    Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram,
};

use crate::drain::{Cause, ConnectionClass, Counts, Phase};
use crate::event::{Event, Observer};
use crate::report::{AbortedConnection, Report};

const SHUTDOWNS: &str = "lastorders_shutdowns_total";
const REQUESTS_AT_SIGNAL: &str = "lastorders_requests_at_signal";
const CONNECTIONS_AT_SIGNAL: &str = "lastorders_connections_at_signal";
const UPGRADED_AT_SIGNAL: &str = "lastorders_upgraded_at_signal";
const TASKS_AT_SIGNAL: &str = "lastorders_tasks_at_signal";
const SEALS: &str = "lastorders_seals_total";
const FINISHED_REQUESTS: &str = "lastorders_finished_requests_total";
const ABORTED_REQUESTS: &str = "lastorders_aborted_requests_total";
const ABORTED_CONNECTIONS: &str = "lastorders_aborted_connections_total";
const ABORTED_TASKS: &str = "lastorders_aborted_tasks_total";
const PHASE: &str = "lastorders_phase_duration_seconds";
const RELEASE: &str = "lastorders_release_duration_seconds";
const SHUTDOWN: &str = "lastorders_shutdown_duration_seconds";

/// The observer that records the events of one server.
#[derive(Debug, Default)]
pub(crate) struct Facade {
    /// The phase that the server is in, and when it began.
    phase: Option<(Phase, Duration)>,
}

impl Observer for Facade {
    fn observe(&mut self, event: &Event<'_>) {
        match event {
            Event::ShutdownBegan { cause, counts, .. } => shutdown_began(*cause, *counts),
            Event::PhaseEntered { phase, after, .. } => self.phase_entered(*phase, *after),
            Event::Sealed { method, .. } => {
                counter!(SEALS, "method" => label_value(&method.to_string())).increment(1);
            }
            Event::Cutting { counts, connections, .. } => cutting(*counts, connections),
            Event::Released { resource, outcome, took, .. } => {
                let (resource, outcome) = ((*resource).to_owned(), label_value(outcome.name()));
                histogram!(RELEASE, "resource" => resource, "outcome" => outcome).record(*took);
            }
            Event::Finished { report } => self.finished(report),
            Event::LameDuckShortened { .. }
            | Event::Serving {}
            | Event::AcceptFailed { .. }
            | Event::RefusingWork { .. }
            | Event::MakingRoom { .. }
            | Event::ClosingSilent { .. }
            | Event::ClosingIdle { .. }
            | Event::Drained { .. }
            | Event::Releasing { .. } => {}
        }
    }
}

impl Facade {
    fn phase_entered(&mut self, phase: Phase, after: Duration) {
        if let Some((last, began)) = self.phase.replace((phase, after)) {
            let took = after.saturating_sub(began);
            histogram!(PHASE, "phase" => label_value(last.name())).record(took);
        }
    }

    fn finished(&self, report: &Report) {
        counter!(FINISHED_REQUESTS).increment(report.finished as u64);
        let took = self.phase.map_or(Duration::ZERO, |(_, after)| after);
        let clean = if report.clean { "true" } else { "false" };
        histogram!(SHUTDOWN, "clean" => clean).record(took);
    }
}

fn shutdown_began(cause: Cause, at_signal: Counts) {
    describe();
    counter!(SHUTDOWNS, "cause" => cause.to_string()).increment(1);
    gauge!(REQUESTS_AT_SIGNAL).set(at_signal.requests as f64);
    gauge!(CONNECTIONS_AT_SIGNAL).set(at_signal.open as f64);
    gauge!(UPGRADED_AT_SIGNAL).set(at_signal.upgraded as f64);
    gauge!(TASKS_AT_SIGNAL).set(at_signal.tasks as f64);
    for name in [FINISHED_REQUESTS, ABORTED_REQUESTS, ABORTED_TASKS] {
        counter!(name).increment(0);
    }
    for class in ConnectionClass::ALL {
        counter!(ABORTED_CONNECTIONS, "class" => class.name()).increment(0);
    }
}

fn cutting(cut: Counts, connections: &[AbortedConnection]) {
    counter!(ABORTED_REQUESTS).increment(cut.requests as u64);
    counter!(ABORTED_TASKS).increment(cut.tasks as u64);
    for connection in connections {
        counter!(ABORTED_CONNECTIONS, "class" => connection.class.name()).increment(1);
    }
}

/// A name with underscores for spaces.
fn label_value(name: &str) -> String {
    name.replace(' ', "_")
}

fn describe() {
    let counts = [
        (SHUTDOWNS, "shutdowns that began"),
        (SEALS, "closed listeners, by method"),
        (FINISHED_REQUESTS, "requests that finished during the shutdown"),
        (ABORTED_REQUESTS, "requests that were cut"),
        (ABORTED_CONNECTIONS, "connections that were cut"),
        (ABORTED_TASKS, "tracked tasks that were cut"),
    ];
    for (name, about) in counts {
        describe_counter!(name, Unit::Count, about);
    }
    let gauges = [
        (REQUESTS_AT_SIGNAL, "requests in flight when the shutdown began"),
        (CONNECTIONS_AT_SIGNAL, "connections open when the shutdown began"),
        (UPGRADED_AT_SIGNAL, "upgraded connections when the shutdown began"),
        (TASKS_AT_SIGNAL, "tracked tasks when the shutdown began"),
    ];
    for (name, about) in gauges {
        describe_gauge!(name, Unit::Count, about);
    }
    let histograms = [
        (PHASE, "length of each phase"),
        (RELEASE, "length of each release"),
        (SHUTDOWN, "length of the whole shutdown"),
    ];
    for (name, about) in histograms {
        describe_histogram!(name, Unit::Seconds, about);
    }
}
