use std::cell::Cell;

use super::{Trace, begin};

/// What is recorded meanwhile, by a clock that gives one microsecond more at each record.
pub(super) fn recorded(what: impl FnOnce()) -> Trace {
    let now = Cell::new(0);
    let recording = begin(move || {
        now.set(now.get() + 1_000);
        now.get()
    });
    what();
    recording.finish()
}
