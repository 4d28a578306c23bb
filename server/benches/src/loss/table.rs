use std::fmt;

use super::outcome::{Outcome, Row};

const HEAD: [&str; 9] = [
    "network",
    "server",
    "seal method",
    "shutdowns",
    "answered",
    "lost, fresh",
    "lost, kept alive",
    "refused",
    "waited",
];

/// A Markdown table, and notes below it.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = vec![HEAD.map(str::to_owned)];
        lines.extend(self.rows.iter().filter(|row| row.shutdowns > 0).map(cells));
        let width = |column: usize| lines.iter().map(|line| line[column].len()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..HEAD.len()).map(width).collect();
        for (number, line) in lines.iter().enumerate() {
            f.write_str("|")?;
            for (column, (cell, width)) in line.iter().zip(&widths).enumerate() {
                if is_text(column) {
                    write!(f, " {cell:<width$} |")?;
                } else {
                    write!(f, " {cell:>width$} |")?;
                }
            }
            writeln!(f)?;
            if number == 0 {
                f.write_str("|")?;
                for (column, width) in widths.iter().enumerate() {
                    let end = if is_text(column) { '-' } else { ':' };
                    write!(f, " {:-<width$}{end}|", "")?;
                }
                writeln!(f)?;
            }
        }
        for row in &self.rows {
            fmt_rest(row, f)?;
        }
        if let Some(carried) = &self.carried {
            let mean = carried.late_us.checked_div(carried.packets).unwrap_or(0);
            writeln!(
                f,
                "the wire carried {} packets and dropped {}, at most {:.1} ms late, {mean} us on \
                 average",
                carried.packets,
                carried.dropped,
                carried.latest_us as f64 / 1000.0,
            )?;
        }
        Ok(())
    }
}

fn is_text(column: usize) -> bool {
    column < 3
}

fn cells(row: &Row) -> [String; HEAD.len()] {
    let tally = &row.tally;
    [
        format!("{:?}", row.network).to_lowercase(),
        row.server.to_owned(),
        row.seal_method.map_or("-", |method| method.name()).to_owned(),
        row.shutdowns.to_string(),
        tally.answered.to_string(),
        tally.fresh().to_string(),
        tally.kept_alive().to_string(),
        tally.refused.to_string(),
        tally.waited.to_string(),
    ]
}

/// Prints counts that have no column, because they are nearly always zero.
fn fmt_rest(row: &Row, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let name = row.seal_method.map_or(row.server, |method| method.name());
    let rest = [
        (row.tally.turned_away, "answered, but turned away"),
        (row.tally.unanswered, "connects without any answer"),
        (row.unclean as u64, "shutdowns that did not end with exit code 0"),
    ];
    if row.fallbacks() > 0 {
        writeln!(
            f,
            "{:?}, {name}: the server fell back to other methods: {:?}",
            row.network, row.seal_methods
        )?;
    }
    for (count, what) in rest {
        if count > 0 {
            writeln!(f, "{:?}, {name}: {count} {what}", row.network)?;
        }
    }
    Ok(())
}
