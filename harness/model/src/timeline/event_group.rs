use std::collections::BTreeMap;

use super::row::Row;
use crate::history::{End, Event, EventKind, Session, Tone, Words};

/// Several events in one row: the number of each kind since the previous row.
#[derive(Default)]
pub(super) struct EventGroup {
    last: usize,
    answers: BTreeMap<u16, u32>,
    counts: BTreeMap<Kind, u32>,
}

/// A counted kind.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Lost,
    NotSent,
    Refused,
    Opened,
    Terminated,
    Reset,
}

impl Kind {
    fn of(event: &Event, signalled: bool) -> Option<Self> {
        match &event.what {
            EventKind::Ended { by: End::Client, .. } => None,
            EventKind::Ended { by: End::Refused, .. } => Some(Self::Refused),
            EventKind::Ended { .. } => Some(Self::Lost),
            EventKind::NotSent { .. } => Some(Self::NotSent),
            EventKind::NotConnected { .. } => Some(Self::Refused),
            // Before the signal a pool may open and close sessions freely.
            EventKind::Session { what, .. } if signalled => match what {
                Session::Opened => Some(Self::Opened),
                Session::Terminate => Some(Self::Terminated),
                Session::Reset => Some(Self::Reset),
                Session::Cancelling
                | Session::Working
                | Session::Idle
                | Session::Fin
                | Session::ServerClosed
                | Session::Withheld => None,
            },
            // Every other kind has a row of its own, or tells no story.
            _ => None,
        }
    }

    fn words(self, n: u32) -> String {
        let s = if n == 1 { "" } else { "s" };
        match self {
            Self::Lost => format!("{n} lost without a whole answer"),
            Self::NotSent => format!("{n} could not be sent"),
            Self::Refused => format!("{n} refused"),
            Self::Opened => format!("{n} session{s} opened"),
            Self::Terminated => format!("{n} session{s} ended in order"),
            Self::Reset => format!("{n} session{s} reset"),
        }
    }
}

impl EventGroup {
    pub(super) fn take(&mut self, index: usize, event: &Event, signalled: bool) {
        if let EventKind::Answered { answer, .. } = &event.what {
            *self.answers.entry(answer.status).or_default() += 1;
        } else if let Some(kind) = Kind::of(event, signalled) {
            *self.counts.entry(kind).or_default() += 1;
        } else {
            return;
        }
        self.last = index;
    }

    /// The row of the events since the previous row, if there are any.
    pub(super) fn row(&mut self) -> Option<Row> {
        let answers = std::mem::take(&mut self.answers);
        let counts = std::mem::take(&mut self.counts);
        if answers.is_empty() && counts.is_empty() {
            return None;
        }
        // The kinds are ordered: those of clients come first.
        let of_store = answers.is_empty() && counts.keys().all(|kind| *kind >= Kind::Opened);
        let bad = counts.keys().any(|kind| *kind <= Kind::NotSent);
        let answers = answers.into_iter().map(|(status, n)| format!("{n} answered {status}"));
        let text: Vec<_> =
            answers.chain(counts.into_iter().map(|(kind, n)| kind.words(n))).collect();
        let tone = if bad { Tone::Bad } else { Tone::Plain };
        let words = Words { sign: ' ', tone, text: text.join(", ") };
        let event_group = if of_store { "store" } else { "others" };
        Some(Row::of_group(self.last, words, event_group))
    }
}
