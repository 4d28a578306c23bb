use super::lanes::{Doing, Lanes};
use super::row::Row;
use crate::history::{Event, EventKind, History, Tone};
use crate::terminal::clean;
use crate::terminal::paint::{self, paint};

/// Between two rows that are further apart, the picture shows the time that passed.
pub(super) const GAP_US: u64 = 1_000_000;

/// The widest name of a lane.
const WIDEST_NAME: usize = 10;

/// The widest actor name before the words.
const WIDEST_WHO: usize = 12;

/// The columns of the time, with its sign and the mark of a finding.
const TIME: usize = 11;

/// Draws the rows.
pub(super) struct Canvas<'a> {
    pub(super) history: &'a History,
    pub(super) lanes: Lanes,
    lane_width: usize,
    text_width: usize,
    /// The width of the actor names, which aligns the words.
    who_width: usize,
    zero_us: u64,
    followed: usize,
}

impl<'a> Canvas<'a> {
    pub(super) fn new(history: &'a History, lanes: Lanes, width: usize) -> Self {
        let widest = lanes.all.iter().map(|lane| lane.name.chars().count()).max().unwrap_or(0);
        let lane_width = widest.min(WIDEST_NAME) + 2;
        let used = TIME + 2 + lanes.all.len() * lane_width + 2;
        Self {
            zero_us: history.moments().signalled.unwrap_or(0),
            text_width: width.saturating_sub(used).max(20),
            who_width: 0,
            history,
            lanes,
            lane_width,
            followed: 0,
        }
    }

    pub(super) fn draw(mut self, rows: &[Row]) -> Vec<String> {
        self.who_width = rows.iter().map(|row| self.who(row).chars().count()).max().unwrap_or(0);
        let mut lines = vec![self.head()];
        let mut before: Option<u64> = None;
        for row in rows {
            let event = &self.history.events[row.index];
            if let Some(gap) =
                before.map(|before| event.at_us.saturating_sub(before)).filter(|us| *us >= GAP_US)
            {
                lines.push(self.gap(gap));
            }
            before = Some(event.at_us);
            self.follow_to(row.index);
            lines.extend(self.row(row, event));
        }
        lines
    }

    fn head(&self) -> String {
        let names = self.lanes.all.iter().map(|lane| {
            let name = paint::cut(&clean(&lane.name, 40), WIDEST_NAME);
            format!("{name:^width$}", width = self.lane_width)
        });
        let names: String = names.collect();
        let line = format!("{:>TIME$}  {names}", "ms");
        paint(paint::FAINT, line.trim_end())
    }

    pub(super) fn follow_to(&mut self, index: usize) {
        for event in &self.history.events[self.followed..=index] {
            self.lanes.follow(event);
        }
        self.followed = index + 1;
    }

    fn gap(&self, gap_us: u64) -> String {
        let cells: String =
            self.lanes.all.iter().map(|lane| self.cell(lane.doing.sign())).collect();
        let tenths = gap_us / 100_000;
        let text = format!("{}.{} s pass", tenths / 10, tenths % 10);
        let line = format!("{:>TIME$}  {cells}  {text}", "⋮");
        paint(paint::FAINT, &line)
    }

    fn row(&self, row: &Row, event: &Event) -> Vec<String> {
        let is_signal = matches!(event.what, EventKind::Signalled { .. }) && row.single;
        let here = self.lanes.position(event).filter(|_| row.single && !is_signal);
        let mark = if row.found { "▶" } else { " " };
        let time = format!("{mark}{:>width$}", self.time(event.at_us), width = TIME - 1);
        let who = self.who(row);
        let width = if is_signal { 0 } else { self.who_width };
        let text_width = self.text_width.saturating_sub(width + 1);
        let style = match (row.found, row.words.tone) {
            (true, _) => paint::FOUND,
            (false, Tone::Plain) => paint::PLAIN,
            (false, Tone::Good) => paint::GOOD,
            (false, Tone::Bad) => paint::BAD,
            (false, Tone::Stimulus) => paint::STIMULUS,
        };
        // The line of a signal reaches to its name.
        let joint = if is_signal { paint(style, "━━") } else { "  ".to_owned() };
        let sign = |at: usize, doing: Doing| {
            if Some(at) == here {
                return paint(style, &self.cell(row.words.sign));
            }
            if is_signal { paint(style, &self.crossed(doing)) } else { self.cell(doing.sign()) }
        };
        let doings = self.lanes.all.iter().map(|lane| lane.doing).enumerate();
        let cells: String = doings.map(|(at, doing)| sign(at, doing)).collect();
        let mut lines = Vec::new();
        for (n, part) in paint::wrap(&row.words.text, text_width).iter().enumerate() {
            lines.push(if n == 0 {
                let time_style = if row.found { paint::FOUND } else { paint::FAINT };
                let part = paint(style, &format!("{who:<width$} {part}"));
                format!("{}  {cells}{joint}{}", paint(time_style, &time), part)
            } else {
                let cells = self.lanes.all.iter().map(|lane| self.cell(lane.doing.sign()));
                let cells: String = cells.collect();
                format!("{:>TIME$}  {cells}  {:width$} {}", "", "", paint(style, part))
            });
        }
        lines
    }

    fn cell(&self, sign: char) -> String {
        format!("{sign:^width$}", width = self.lane_width)
    }

    /// The actor's name, for people.
    pub(super) fn who(&self, row: &Row) -> String {
        let event = &self.history.events[row.index];
        if matches!(event.what, EventKind::Signalled { .. }) {
            return String::new();
        }
        if !row.single {
            return row.event_group.to_owned();
        }
        match event.actor.as_str() {
            // Actions on the server are in the server's lane.
            "world" | "operator" => "server".to_owned(),
            actor => clean(actor, WIDEST_WHO),
        }
    }

    /// The sign of a signal in a lane: the signal is a line through every lane.
    fn crossed(&self, doing: Doing) -> String {
        let sign = match doing {
            Doing::Nothing => '━',
            Doing::Up | Doing::Waiting | Doing::NotListening => '╋',
            Doing::Frozen | Doing::Gated | Doing::Broken => doing.sign(),
        };
        format!("{sign:━^width$}", width = self.lane_width)
    }

    /// Milliseconds from the signal, with tenths below a second.
    pub(super) fn time(&self, at_us: u64) -> String {
        let ms = relative_ms(at_us, self.zero_us);
        if at_us == self.zero_us {
            "0.0".to_owned()
        } else if ms.abs() < 1000.0 {
            format!("{ms:+.1}")
        } else {
            format!("{ms:+.0}")
        }
    }
}

/// Milliseconds from `zero_us` to `at_us`, negative if `at_us` is earlier. Both are microseconds.
#[must_use]
pub fn relative_ms(at_us: u64, zero_us: u64) -> f64 {
    let micros = i128::from(at_us) - i128::from(zero_us);
    #[expect(clippy::cast_precision_loss, reason = "a run is no longer than 2^53 microseconds")]
    let ms = micros as f64 / 1000.0;
    ms
}
