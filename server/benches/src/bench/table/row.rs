use std::collections::BTreeMap;

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
}
