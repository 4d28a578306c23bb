use super::row::Row;
use super::text::head;

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
    use super::super::Unit;
    use super::*;
    use crate::subject::ServerKind;

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
