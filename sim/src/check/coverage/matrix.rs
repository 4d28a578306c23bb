use std::fmt::Write as _;

use super::{Class, Coverage, Fault, Outcome, Phase, Tuple};

/// The width of the first column: the widest name of a class and a space.
const LABEL: usize = 14;

/// The width of a phase's column, with the space before it.
const COLUMN: usize = 10;

impl Coverage {
    /// Two tables for people, at most 100 columns wide. The first table has a cell for each kind of
    /// connection and phase, with the number of covered combinations of fault and outcome. The
    /// second table does the same for each outcome and fault.
    #[must_use]
    pub fn matrix(&self) -> String {
        let mut text = String::new();
        table(&mut text, Class::ALL, Class::name, Phase::ALL, Phase::name, |class, phase| {
            self.tally(|it| it.class == class && it.phase == phase)
        });
        text.push('\n');
        table(&mut text, Outcome::ALL, Outcome::name, Fault::ALL, Fault::name, |outcome, fault| {
            self.tally(|it| it.outcome == outcome && it.fault == fault)
        });
        let _ = writeln!(text, "\n{} of {} combinations", self.count(), Tuple::COUNT);
        text
    }

    fn tally(&self, wanted: impl Fn(&Tuple) -> bool) -> usize {
        self.iter().filter(wanted).count()
    }
}

fn table<R: Copy, C: Copy>(
    text: &mut String,
    rows: &[R],
    row_name: fn(R) -> &'static str,
    columns: &[C],
    column_name: fn(C) -> &'static str,
    tally: impl Fn(R, C) -> usize,
) {
    // Writing to a `String` cannot fail.
    let width = |column: C| column_name(column).len().max(COLUMN - 1) + 1;
    let _ = write!(text, "{:LABEL$}", "");
    for column in columns {
        let _ = write!(text, "{:>1$}", column_name(*column), width(*column));
    }
    text.push('\n');
    for row in rows {
        let _ = write!(text, "{:LABEL$}", row_name(*row));
        for column in columns {
            let shown = match tally(*row, *column) {
                0 => "·".to_owned(),
                many => many.to_string(),
            };
            let _ = write!(text, "{shown:>0$}", width(*column));
        }
        text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matrix_fits_a_terminal_and_counts_the_combinations() {
        let tuple =
            |phase, outcome| Tuple { phase, class: Class::KeepAlive, fault: Fault::None, outcome };
        let mut coverage = Coverage::default();
        coverage.insert(tuple(Phase::Draining, Outcome::Done));
        coverage.insert(tuple(Phase::Draining, Outcome::Reset));
        coverage.insert(tuple(Phase::Serving, Outcome::Done));
        let text = coverage.matrix();
        assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
        let row = text.lines().find(|line| line.starts_with("keep-alive")).unwrap();
        let cells: Vec<_> = row.split_whitespace().skip(1).collect();
        assert_eq!(cells, ["1", "·", "·", "2", "·", "·", "·"]);
        assert!(text.lines().any(|line| line.starts_with("2xx") && line.contains(" 2 ")), "{text}");
        assert!(text.ends_with(&format!("3 of {} combinations\n", Tuple::COUNT)), "{text}");
    }
}
