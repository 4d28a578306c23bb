use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::draw::{Canvas, GAP_US};
use super::lanes::Doing;
use super::row::Row;
use crate::check::{Finding, Kind};
use crate::history::{EventKind, Tone};
use crate::terminal::clean;

/// The longest text of a server, in characters: a server may send any length.
const LONGEST: usize = 400;

/// One part of a page, below the picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// The heading.
    pub title: String,
    /// The text, line by line.
    pub lines: Vec<String>,
}

impl Canvas<'_> {
    /// The page.
    pub(super) fn page(
        mut self,
        rows: &[Row],
        title: &str,
        findings: &[Finding],
        sections: &[Section],
    ) -> String {
        let rows = self.body(rows);
        let lanes = self.lanes.all.iter().map(|lane| clean(&lane.name, LONGEST));
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width";
                    title { (title) }
                    style { (PreEscaped(include_str!("page.css"))) }
                }
                body {
                    h1 { (title) }
                    @for finding in findings { (found(finding)) }
                    @if rows.is_empty() {
                        p { "Nothing happened." }
                    } @else {
                        table {
                            thead { tr {
                                th { "ms" }
                                @for name in lanes { th { (name) } }
                                th colspan="2" {}
                            } }
                            tbody { @for row in rows { (row) } }
                        }
                    }
                    @for section in sections {
                        h2 { (section.title) }
                        pre { @for line in &section.lines { (line) "\n" } }
                    }
                }
            }
        };
        page.into_string()
    }

    fn body(&mut self, rows: &[Row]) -> Vec<Markup> {
        let mut markup = Vec::new();
        let mut before: Option<u64> = None;
        for row in rows {
            let at_us = self.history.events[row.index].at_us;
            let gap = before.map_or(0, |before| at_us.saturating_sub(before));
            if gap >= GAP_US {
                markup.push(self.gap_row(gap));
            }
            before = Some(at_us);
            self.follow_to(row.index);
            markup.push(self.row_of(row));
        }
        markup
    }

    fn gap_row(&self, gap_us: u64) -> Markup {
        let tenths = gap_us / 100_000;
        html! {
            tr.gap {
                td.time { "⋮" }
                @for lane in &self.lanes.all { td.lane.(class(lane.doing)) {} }
                td colspan="2" { (tenths / 10) "." (tenths % 10) " s pass" }
            }
        }
    }

    fn row_of(&self, row: &Row) -> Markup {
        let event = &self.history.events[row.index];
        let is_signal = matches!(event.what, EventKind::Signalled { .. }) && row.single;
        let here = self.lanes.position(event).filter(|_| row.single && !is_signal);
        let tone = tone(row.words.tone);
        html! {
            tr.found[row.found].signal[is_signal] {
                td.time { (self.time(event.at_us)) }
                @for (at, lane) in self.lanes.all.iter().enumerate() {
                    td.lane.(class(lane.doing)) {
                        @if Some(at) == here && row.words.sign != '│' {
                            b.(tone) { (row.words.sign) }
                        }
                    }
                }
                td.who { (self.who(row)) }
                td.(tone) { (row.words.text) }
            }
        }
    }
}

fn found(finding: &Finding) -> Markup {
    let Finding { check, expected, actual, request, .. } = finding;
    html! {
        dl.note[finding.kind == Kind::Note] {
            dt { "check" }
            dd {
                b { (check) }
                @if let Some(request) = request { ", of " (clean(request, LONGEST)) }
            }
            dt { "expected" }
            dd { (clean(expected, LONGEST)) }
            dt { "actual" }
            dd { (clean(actual, LONGEST)) }
        }
    }
}

fn class(doing: Doing) -> &'static str {
    match doing {
        Doing::Nothing => "nothing",
        Doing::Up => "up",
        Doing::Waiting => "waiting",
        Doing::NotListening => "not-listening",
        Doing::Frozen => "frozen",
        Doing::Gated => "gated",
        Doing::Broken => "broken",
    }
}

fn tone(tone: Tone) -> &'static str {
    match tone {
        Tone::Plain => "plain",
        Tone::Good => "good",
        Tone::Bad => "bad",
        Tone::Stimulus => "stimulus",
    }
}

#[cfg(test)]
mod tests {
    use crate::check::Finding;
    use crate::history::{Event, EventKind, History};
    use crate::plan::{Contract, Draft, Signal, Target};
    use crate::timeline::{Section, html};

    fn history() -> History {
        let event = |at_us, actor: &str, what| Event { at_us, actor: actor.to_owned(), what };
        let signalled = EventKind::Signalled { signal: Signal::Term, target: Target::Leader };
        let why = "<script>alert(1)</script>".to_owned();
        History {
            events: vec![
                event(0, "server", EventKind::Started { pid: 1, port: 3000 }),
                event(300_000, "operator", signalled),
                event(8_300_000, "world", EventKind::Killed { why }),
            ],
        }
    }

    #[test]
    fn the_page_has_the_rows_of_the_picture_and_stands_alone() {
        let plan = Draft::new("group/name", 1, Contract::default()).finish();
        let finding = Finding::violation("it exits", "it was <b>killed</b>").at(8_300_000);
        let lines = vec!["connects".to_owned(), "sends <i>".to_owned()];
        let section = Section { title: "client".to_owned(), lines };
        let page = html(&plan, &history(), &[finding], &[section]);
        for part in ["group/name", "SIGTERM to the server", "8.0 s pass", "<tr class=\"found\">"] {
            assert!(page.contains(part), "{part} is not in {page}");
        }
        assert!(page.contains("&lt;script&gt;") && !page.contains("<script"), "{page}");
        let below = "<h2>client</h2><pre>connects\nsends &lt;i&gt;\n</pre>";
        assert!(page.contains(below), "{page}");
        assert!(page.contains("&lt;b&gt;killed") && !page.contains("href"), "{page}");
    }

    #[test]
    fn a_run_in_which_nothing_happened_has_a_page_too() {
        let plan = Draft::new("group/name", 1, Contract::default()).finish();
        let page = html(&plan, &History { events: Vec::new() }, &[], &[]);
        assert!(page.contains("Nothing happened."), "{page}");
    }
}
