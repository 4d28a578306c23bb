use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::event_group::EventGroup;
use super::focus::Focus;
use super::row::Row;
use super::words;
use crate::check::{Finding, Kind};
use crate::history::{Event, EventKind, History, Session, Sign, Tone, Words};
use crate::plan::Plan;

/// The most rows of a picture that people still read.
const MOST_ROWS: usize = 24;

/// The rows that tell the story, in their order.
pub(super) fn select(
    plan: &Plan,
    history: &History,
    findings: &[Finding],
    focus: &Focus,
) -> Vec<Row> {
    let mut picker =
        Picker { plan, focus, signalled: false, event_group: EventGroup::default(), rows: vec![] };
    let has_signal = history.moments().signalled.is_some();
    for (index, event) in history.events.iter().enumerate() {
        picker.take(index, event, has_signal);
    }
    let mut rows = picker.finish();
    for finding in findings.iter().filter(|finding| finding.kind != Kind::Note) {
        if let Some(at) = row_of(&rows, history, finding) {
            rows[at].found = true;
            rows[at].weight = 0;
        }
    }
    merge_repeats(&mut rows, history);
    thin_out(&mut rows, history);
    rows
}

/// Removes rows that repeat another row: a closed port that is also the first sign of shutdown or
/// follows from the exit, and a second reason why the server was never ready.
fn merge_repeats(rows: &mut Vec<Row>, history: &History) {
    let what = |row: &Row| &history.events[row.index].what;
    let sign = EventKind::Visible { sign: Sign::ListenerGone };
    let exit = rows.iter().find(|row| matches!(what(row), EventKind::Exited { .. }));
    let exit = exit.map_or(usize::MAX, |row| row.index);
    rows.retain(|row| row.found || *what(row) != EventKind::ListenerGone || row.index < exit);
    if rows.iter().any(|row| row.single && *what(row) == sign) {
        rows.retain(|row| row.found || *what(row) != EventKind::ListenerGone);
    }
    if rows.iter().any(|row| matches!(what(row), EventKind::NotReady { .. })) {
        rows.retain(|row| row.found || !matches!(what(row), EventKind::Unreached { .. }));
    }
}

/// Removes the heaviest rows, those furthest from the signal first, until [`MOST_ROWS`] are left.
fn thin_out(rows: &mut Vec<Row>, history: &History) {
    let signalled = history.moments().signalled.unwrap_or(0);
    let far = |row: &Row| history.events[row.index].at_us.abs_diff(signalled);
    let mut light: Vec<usize> = (0..rows.len()).filter(|at| rows[*at].weight > 0).collect();
    // Sorted once: a history can have a million rows.
    light.sort_by_key(|at| Reverse((rows[*at].weight, far(&rows[*at]), *at)));
    light.truncate(rows.len().saturating_sub(MOST_ROWS));
    let removed: BTreeSet<usize> = light.into_iter().collect();
    let mut at = 0..;
    rows.retain(|_| at.next().is_none_or(|at| !removed.contains(&at)));
    rows.truncate(MOST_ROWS);
}

struct Picker<'a> {
    plan: &'a Plan,
    focus: &'a Focus,
    signalled: bool,
    event_group: EventGroup,
    rows: Vec<Row>,
}

impl Picker<'_> {
    fn take(&mut self, index: usize, event: &Event, has_signal: bool) {
        if matches!(event.what, EventKind::Signalled { .. }) {
            self.flush();
            self.signalled = true;
        }
        let Some(weight) = self.weight(event, has_signal) else {
            self.event_group.take(index, event, self.signalled);
            return;
        };
        let words = if let EventKind::Rows { counts, total, sessions_left } = &event.what {
            Some(self.rows_of(counts, *total, *sessions_left))
        } else {
            words::of(event, self.plan)
        };
        if let Some(words) = words {
            self.flush();
            self.rows.push(Row::of_event(index, words, weight));
        }
    }

    /// The weight of the event's row; `None` if the event belongs to a group.
    fn weight(&self, event: &Event, has_signal: bool) -> Option<u8> {
        let in_focus = |id: &str| self.focus.requests.contains(id);
        let has_lane = self.focus.clients.contains(&event.actor);
        Some(match &event.what {
            EventKind::Signalled { .. }
            | EventKind::Exited { .. }
            | EventKind::Killed { .. }
            | EventKind::NotReady { .. }
            | EventKind::Unreached { .. }
            | EventKind::Rows { .. }
            | EventKind::NoRows { .. } => 0,
            EventKind::NotVisible
            | EventKind::ListenerGone
            | EventKind::Visible { .. }
            | EventKind::Frozen
            | EventKind::Thawed
            | EventKind::Residue { .. }
            | EventKind::Broken { .. }
            | EventKind::Held { .. } => 1,
            EventKind::Sent { request, .. }
            | EventKind::NotSent { request, .. }
            | EventKind::Answered { request, .. }
            | EventKind::Ended { request, .. }
                if in_focus(&request.id) =>
            {
                2
            }
            EventKind::Holding { .. } | EventKind::Opened { .. } => 2,
            EventKind::Connected { .. }
            | EventKind::NotConnected { .. }
            | EventKind::HalfClosed { .. }
            | EventKind::Closed { .. }
                if has_lane =>
            {
                5
            }
            EventKind::Session { what: Session::Withheld, .. } => 3,
            EventKind::Started { .. } | EventKind::Ready if !has_signal => 4,
            // A note before the signal is about the setup; a later note is about the shutdown.
            EventKind::Note { .. } if self.signalled => 1,
            EventKind::Snapshot { .. } | EventKind::Note { .. } => 4,
            EventKind::Extension(_) => 2,
            // A group counts the events outside the focus, and ignores kinds that tell no story.
            _ => return None,
        })
    }

    /// The row about the rows of `jobs`, with the number for each request in focus.
    fn rows_of(&self, counts: &BTreeMap<String, u32>, total: u64, left: u32) -> Words {
        let named = self.focus.names.iter().take(4).map(|(id, name)| {
            let n = counts.get(name).copied().unwrap_or(0);
            format!(", {n} of {id}")
        });
        let named: String = named.collect();
        let left = match left {
            0 => String::new(),
            left => format!("; {left} sessions were still open"),
        };
        let text = format!("rows in jobs at the end: {total}{named}{left}");
        Words { sign: '≡', tone: Tone::Plain, text }
    }

    fn flush(&mut self) {
        self.rows.extend(self.event_group.row());
    }

    fn finish(mut self) -> Vec<Row> {
        self.flush();
        self.rows
    }
}

/// The row of a finding: the end of the finding's request, or else the finding's moment.
fn row_of(rows: &[Row], history: &History, finding: &Finding) -> Option<usize> {
    let event = |row: &Row| &history.events[row.index];
    let ends = |row: &Row| {
        let (EventKind::Answered { request, .. }
        | EventKind::Ended { request, .. }
        | EventKind::NotSent { request, .. }) = &event(row).what
        else {
            return false;
        };
        Some(&request.id) == finding.request.as_ref()
    };
    let at = finding.at_us;
    let ended = rows.iter().position(|row| row.single && ends(row));
    let exact = || rows.iter().position(|row| row.single && Some(event(row).at_us) == at);
    let before = || rows.iter().rposition(|row| at.is_some_and(|at| event(row).at_us <= at));
    ended.or_else(exact).or_else(before)
}
