use std::collections::BTreeMap;
use std::fmt::Write;

use crate::subject::ServerKind;

/// One figure of all servers.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    label: String,
    unit: Unit,
    values: BTreeMap<ServerKind, f64>,
    ratio: Option<f64>,
    note: Option<String>,
}

/// The unit of a figure, which decides its format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// A number: `12,345`.
    Count,
    /// Thousands of bytes: `12.3`.
    Kib,
    /// Milliseconds: `12.34`.
    Millis,
}

impl Row {
    /// A row without values.
    pub(crate) fn new(label: impl Into<String>, unit: Unit) -> Self {
        Self { label: label.into(), unit, values: BTreeMap::new(), ratio: None, note: None }
    }

    /// Sets the figure of one server.
    pub(crate) fn set(&mut self, kind: ServerKind, value: f64) {
        self.values.insert(kind, value);
    }

    /// Sets the ratio of ours to axum's, if it is known better than from the two values.
    pub(crate) fn set_ratio(&mut self, ratio: f64) {
        self.ratio = Some(ratio);
    }

    /// Sets a note for the reader, which must make sense without the row.
    pub(crate) fn set_note(&mut self, note: impl Into<String>) {
        self.note = Some(note.into());
    }

    /// The note for the reader.
    pub(crate) fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// The row's label.
    pub(crate) fn label(&self) -> &str {
        &self.label
    }

    /// The cells after the label: one for each server, and the ratio of ours to axum's. A missing
    /// value is a dash, and the note has the reason.
    pub(crate) fn cells(&self) -> Vec<String> {
        let value = |kind| self.values.get(&kind).copied();
        let mut cells: Vec<String> = ServerKind::ALL.map(|kind| self.write(value(kind))).to_vec();
        let of_values = || {
            let (ours, axum) = (value(ServerKind::Lastorders)?, value(ServerKind::Axum)?);
            // A ratio to zero or to a negative value means nothing.
            (axum > 0.0 && ours > 0.0).then(|| ours / axum)
        };
        let ratio = self.ratio.or_else(of_values);
        cells.push(ratio.map_or_else(|| "-".to_owned(), |ratio| format!("{ratio:.2}")));
        cells
    }

    fn write(&self, value: Option<f64>) -> String {
        let Some(value) = value else {
            return "-".to_owned();
        };
        match self.unit {
            Unit::Count => thousands(value),
            Unit::Kib => format!("{value:.1}"),
            Unit::Millis => format!("{value:.2}"),
        }
    }
}

/// A whole number, its digits in groups of three.
pub(crate) fn thousands(value: f64) -> String {
    let digits = format!("{:.0}", value.max(0.0));
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A table of at most 100 columns: labels left-aligned, numbers right-aligned.
pub(crate) fn text(rows: &[Row]) -> String {
    let mut lines: Vec<Vec<String>> = vec![head()];
    for row in rows {
        lines.push([vec![row.label().to_owned()], row.cells()].concat());
    }
    let columns = lines[0].len();
    let widest = |column: usize| lines.iter().map(|line| line[column].chars().count()).max();
    let widths: Vec<usize> = (0..columns).filter_map(widest).collect();
    let mut text = String::new();
    for line in &lines {
        for (column, (cell, width)) in line.iter().zip(&widths).enumerate() {
            // Writing to a `String` cannot fail.
            let _ = match column {
                0 => write!(text, "{cell:<width$}"),
                _ => write!(text, "  {cell:>width$}"),
            };
        }
        text.push('\n');
    }
    for note in rows.iter().filter_map(Row::note) {
        let _ = writeln!(text, "\n{note}");
    }
    text
}

/// The header of the table.
fn head() -> Vec<String> {
    let kinds = ServerKind::ALL.map(|kind| kind.name().to_owned()).to_vec();
    [vec![String::new()], kinds, vec!["ours/axum".to_owned()]].concat()
}

/// A GitHub Markdown table with right-aligned numbers, below a line with the date and the machine.
pub(crate) fn markdown(rows: &[Row], day: &str, machine: &str) -> String {
    let head = head();
    let rule = head.iter().enumerate().map(|(at, _)| if at == 0 { "---" } else { "---:" });
    let rule = rule.map(str::to_owned).collect();
    let body = rows.iter().map(|row| [vec![row.label().to_owned()], row.cells()].concat());
    let lines = [head, rule].into_iter().chain(body);
    let table: String = lines.map(|cells| format!("| {} |\n", cells.join(" | "))).collect();
    let notes: String =
        rows.iter().filter_map(Row::note).map(|note| format!("\n* {note}\n")).collect();
    format!("Measured on {day}; {machine}.\n\n{table}{notes}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        let written = [0.4, 999.0, 1000.0, 65_432.1, 1_234_567.0].map(thousands);
        assert_eq!(written, ["0", "999", "1,000", "65,432", "1,234,567"]);
    }

    #[test]
    fn ratio_needs_two_positive_values() {
        let mut row = Row::new("x", Unit::Millis);
        row.set(ServerKind::Lastorders, 3.0);
        let missing = "-";
        assert_eq!(row.cells(), ["3.00", missing, missing, missing, "-"]);
        row.set(ServerKind::Axum, 2.0);
        assert_eq!(row.cells(), ["3.00", "2.00", missing, missing, "1.50"]);
        row.set(ServerKind::Axum, -0.1);
        assert_eq!(row.cells()[4], "-");
        row.set_ratio(0.5);
        assert_eq!(row.cells()[4], "0.50");
    }

    #[test]
    fn text_table_columns_are_aligned() {
        let mut row = Row::new("instructions a request", Unit::Count);
        for kind in ServerKind::ALL {
            row.set(kind, 20_000.0);
        }
        let lines = [
            "                        lastorders    axum   hyper  axum-server  ours/axum\n",
            "instructions a request      20,000  20,000  20,000       20,000       1.00\n",
        ];
        assert_eq!(text(&[row]), lines.concat());
    }

    #[test]
    fn markdown_table_has_date_rows_and_notes() {
        let mut row = Row::new("SIGTERM to exit, ms", Unit::Millis);
        row.set(ServerKind::Lastorders, 1.0);
        row.set(ServerKind::Axum, 2.0);
        row.set_note("not the whole truth");
        let expected = "\
Measured on 2026-01-31; 2 cores.

|  | lastorders | axum | hyper | axum-server | ours/axum |
| --- | ---: | ---: | ---: | ---: | ---: |
| SIGTERM to exit, ms | 1.00 | 2.00 | - | - | 0.50 |

* not the whole truth
";
        assert_eq!(markdown(&[row], "2026-01-31", "2 cores"), expected);
    }
}
