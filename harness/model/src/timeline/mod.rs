//! The picture of one run around the signal: one lane an actor, one row an event.
//!
//! * `words`: an event in words, with the sign for its lane
//! * `focus`: the requests and clients of the findings
//! * `event_group`: several events in one row
//! * `row`: one row, for one event or for a group
//! * `select`: the few events that tell the story
//! * `lanes`: the state of each actor between its events
//! * `draw`: rows of text
//! * `html`: the same rows on a page

mod draw;
mod event_group;
mod focus;
mod html;
mod lanes;
mod row;
mod select;
mod words;

use self::draw::Canvas;
pub use self::draw::relative_ms;
use self::focus::Focus;
pub use self::html::Section;
use self::lanes::Lanes;
use crate::check::Finding;
use crate::history::History;
use crate::plan::Plan;

/// The timeline of one run, each line at most `width` columns wide, with colours.
///
/// Times are milliseconds from the first signal. Text from the server is cleaned for the terminal.
#[must_use]
pub fn timeline(plan: &Plan, history: &History, findings: &[Finding], width: usize) -> Vec<String> {
    let focus = Focus::of(history, findings);
    let rows = select::select(plan, history, findings, &focus);
    if rows.is_empty() {
        return Vec::new();
    }
    let lanes = Lanes::of(history, &focus);
    Canvas::new(history, lanes, width).draw(&rows)
}

/// The same picture as a self-contained page: no other file, no script, no network. `sections` come
/// below the picture.
#[must_use]
pub fn html(plan: &Plan, history: &History, findings: &[Finding], sections: &[Section]) -> String {
    let focus = Focus::of(history, findings);
    let rows = select::select(plan, history, findings, &focus);
    let lanes = Lanes::of(history, &focus);
    Canvas::new(history, lanes, usize::MAX).page(&rows, &plan.scenario, findings, sections)
}
