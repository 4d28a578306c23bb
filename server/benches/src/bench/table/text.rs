use std::fmt::Write;

use super::row::Row;
use crate::subject::ServerKind;

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
pub(super) fn head() -> Vec<String> {
    let kinds = ServerKind::ALL.map(|kind| kind.name().to_owned()).to_vec();
    [vec![String::new()], kinds, vec!["ours/axum".to_owned()]].concat()
}

#[cfg(test)]
mod tests {
    use super::super::Unit;
    use super::*;

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
}
