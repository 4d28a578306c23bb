use crate::history::Words;

/// One row of the picture.
#[derive(Debug)]
pub(super) struct Row {
    /// The row's event, or the last of several.
    pub(super) index: usize,
    pub(super) words: Words,
    /// Whether the row shows one event, with a sign in that actor's lane.
    pub(super) single: bool,
    /// The actor of a row that shows several events; empty for one event.
    pub(super) event_group: &'static str,
    /// Whether a finding is about this event.
    pub(super) found: bool,
    /// The rank in a picture with too many rows: the heaviest rows are dropped first.
    pub(super) weight: u8,
}

/// Between a request in focus (2) and the connections of a client (5).
const GROUP_WEIGHT: u8 = 3;

impl Row {
    /// A row that shows one event.
    pub(super) fn of_event(index: usize, words: Words, weight: u8) -> Self {
        Self { index, words, single: true, event_group: "", found: false, weight }
    }

    /// A row that shows the events of `event_group` up to `index`.
    pub(super) fn of_group(index: usize, words: Words, event_group: &'static str) -> Self {
        Self { index, words, single: false, event_group, found: false, weight: GROUP_WEIGHT }
    }
}
