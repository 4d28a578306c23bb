use super::row::Row;
use super::text::head;

/// A table of GitHub's Markdown, the numbers to the right, under a line that says when and on what.
#[must_use]
pub fn markdown(rows: &[Row], day: &str, machine: &str) -> String {
    let head = head();
    let rule = head.iter().enumerate().map(|(at, _)| if at == 0 { "---" } else { "---:" });
    let rule = rule.map(str::to_owned).collect();
    let body = rows.iter().map(|row| [vec![row.label().to_owned()], row.cells()].concat());
    let lines = [head, rule].into_iter().chain(body);
    let table: String = lines.map(|cells| format!("| {} |\n", cells.join(" | "))).collect();
    format!("Measured on {day}; {machine}.\n\n{table}")
}

#[cfg(test)]
mod tests {
    use super::super::Unit;
    use super::*;
    use crate::subject::Kind;

    #[test]
    fn a_row_is_a_row() {
        let mut row = Row::new("SIGTERM to exit, ms", Unit::Millis);
        row.set(Kind::Lastorders, 1.0);
        row.set(Kind::Axum, 2.0);
        let expected = "\
Measured on 2026-01-31; 2 cores.

|  | lastorders | axum | hyper | axum-server | ours/axum |
| --- | ---: | ---: | ---: | ---: | ---: |
| SIGTERM to exit, ms | 1.00 | 2.00 | not measured | not measured | 0.50 |
";
        assert_eq!(markdown(&[row], "2026-01-31", "2 cores"), expected);
    }
}
