//! The picture of one run: who did what around the signal, one lane an actor, one row an event.
//!
//! * `words`: an event in words, and the sign that stands for it in its lane
//! * `focus`: which requests and clients the findings are about
//! * `event_group`: events that are told together
//! * `row`: one row, of one event or of a group
//! * `select`: the few events that tell the story
//! * `lanes`: what each actor is doing between its events
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
use self::focus::Focus;
pub use self::html::Section;
use self::lanes::Lanes;
use crate::check::Finding;
use crate::history::History;
use crate::plan::Plan;

/// The timeline of one run, each line at most `width` columns wide, with colours.
///
/// Times are milliseconds from the first signal. Text of the server is made fit to be printed.
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

/// The same picture as a page that needs nothing else: no file, no script, no network. `sections`
/// come below it.
#[must_use]
pub fn html(plan: &Plan, history: &History, findings: &[Finding], sections: &[Section]) -> String {
    let focus = Focus::of(history, findings);
    let rows = select::select(plan, history, findings, &focus);
    let lanes = Lanes::of(history, &focus);
    Canvas::new(history, lanes, usize::MAX).page(&rows, &plan.scenario, findings, sections)
}

/// Milliseconds from `zero_us` to `at_us`, negative if `at_us` is earlier. Both are microseconds.
#[must_use]
pub fn relative_ms(at_us: u64, zero_us: u64) -> f64 {
    let micros = i128::from(at_us) - i128::from(zero_us);
    #[expect(clippy::cast_precision_loss, reason = "a run is no longer than 2^53 microseconds")]
    let ms = micros as f64 / 1000.0;
    ms
}
