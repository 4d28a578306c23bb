use std::time::Duration;

use lastorders_model::check::Finding;
use lastorders_model::history::{Event, EventKind, History};
use lastorders_model::plan::Plan;
use lastorders_model::terminal::paint::WIDTH;
use lastorders_model::timeline::timeline;

/// The timeline of a run, as the judge draws it: lanes of actors, the signal as a line through all
/// lanes, the server's phases, and a row for the deadline, which counts from the first signal. A
/// run that ended before its deadline has no such row. Lines have colours and at most 100 columns.
#[must_use]
pub fn terminal(
    plan: &Plan,
    history: &History,
    findings: &[Finding],
    deadline: Option<Duration>,
) -> Vec<String> {
    match deadline.and_then(|deadline| with_deadline(history, deadline)) {
        Some(history) => timeline(plan, &history, findings, WIDTH),
        None => timeline(plan, history, findings, WIDTH),
    }
}

/// The history with a note at the deadline, before other events at that time.
fn with_deadline(history: &History, deadline: Duration) -> Option<History> {
    let after = u64::try_from(deadline.as_micros()).ok()?;
    let at_us = history.moments().signalled?.checked_add(after)?;
    history.events.last().filter(|last| last.at_us >= at_us)?;
    let place = history.events.partition_point(|event| event.at_us < at_us);
    let text = format!("the deadline: {deadline:?} after the signal");
    let mut history = history.clone();
    let event = Event { at_us, actor: "world".to_owned(), what: EventKind::Note { text } };
    history.events.insert(place, event);
    Some(history)
}

#[cfg(test)]
mod tests {
    use lastorders_model::history::{End, RequestId};
    use lastorders_model::plan::{Contract, Draft, Intent, Signal, Target};

    use super::*;
    use crate::world::SimEvent;

    /// A request in flight at the signal, and cut at a deadline of 8 s.
    fn history() -> History {
        let request = RequestId { id: "calm#1".to_owned(), name: None };
        let sent = EventKind::Sent {
            began_us: 10_000,
            conn: "calm@1".to_owned(),
            request: request.clone(),
            intent: Intent::Health,
            line: "GET /health".to_owned(),
            bytes: 40,
            first: true,
            last: true,
        };
        let cut = EventKind::Ended {
            conn: "calm@1".to_owned(),
            request,
            by: End::Reset,
            got: 0,
            status: None,
        };
        let phase = |phase| SimEvent::Phase { phase }.into();
        let rows = [
            (5_000, "calm", EventKind::Connected { conn: "calm@1".to_owned(), began_us: 4_000 }),
            (10_000, "calm", sent),
            (
                20_000,
                "operator",
                EventKind::Signalled { signal: Signal::Term, target: Target::Leader },
            ),
            (20_000, "server", phase("draining")),
            (8_020_000, "server", phase("aborting")),
            (8_020_500, "calm", cut),
            (8_021_000, "world", EventKind::Exited { code: Some(1), signal: None }),
        ];
        let event = |(at_us, actor, what): (u64, &str, EventKind)| Event {
            at_us,
            actor: actor.to_owned(),
            what,
        };
        History { events: rows.into_iter().map(event).collect() }
    }

    fn plain(lines: &[String]) -> Vec<String> {
        lines.iter().map(|line| anstream::adapter::strip_str(line).to_string()).collect()
    }

    #[test]
    fn the_timeline_shows_the_signal_the_phases_and_the_deadline() {
        let plan = Draft::new("group/name", 7, Contract::default()).finish();
        let deadline = Some(Duration::from_secs(8));
        let lines = plain(&terminal(&plan, &history(), &[], deadline));
        let row = |text: &str| {
            let found = lines.iter().position(|line| line.contains(text));
            found.unwrap_or_else(|| panic!("{text} is not in\n{}", lines.join("\n")))
        };
        assert!(row("SIGTERM") < row("draining"));
        assert!(row("draining") < row("the deadline: 8s after the signal"));
        assert!(row("the deadline") < row("aborting"));
        assert!(row("aborting") < row("reset without a byte"));
        assert!(lines[row("the deadline")].trim_start().starts_with("+8000"));
        assert!(lines.iter().all(|line| line.chars().count() <= WIDTH), "{lines:#?}");
    }

    #[test]
    fn a_run_that_ends_before_its_deadline_has_no_deadline_row() {
        let plan = Draft::new("group/name", 7, Contract::default()).finish();
        let late = plain(&terminal(&plan, &history(), &[], Some(Duration::from_secs(9))));
        assert!(!late.join("\n").contains("the deadline"));
        assert_eq!(late, plain(&terminal(&plan, &history(), &[], None)));
        let calm = History { events: history().events[..2].to_vec() };
        assert_eq!(with_deadline(&calm, Duration::ZERO), None, "there is no signal");
    }
}
