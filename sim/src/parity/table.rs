use std::fmt::Write;

use super::probe::Probe;
use super::{loopback, simulated};
use crate::engine::{Engine, Event, Turmoil};

/// What was observed when the table was checked in, and what the differences mean.
const CHECKED_IN: &str = include_str!("table.txt");

/// The table as it was checked in, without the comments under it.
#[must_use]
pub fn checked_in() -> &'static str {
    CHECKED_IN.split_once("\n\n").map_or(CHECKED_IN, |(table, _)| table)
}

/// Runs every probe on the loopback interface of this machine and on every engine. Takes some
/// seconds: that nothing comes can only be seen by waiting.
#[must_use]
pub fn table() -> String {
    let mut table = String::new();
    for probe in Probe::ALL {
        let seen = [
            ("loopback", loopback::observe(probe)),
            (Event::NAME, simulated::observe::<Event>(probe)),
            (Turmoil::NAME, simulated::observe::<Turmoil>(probe)),
        ];
        let _ = writeln!(table, "{probe}");
        for (network, observed) in seen {
            let _ = writeln!(table, "  {network:<9} {observed}");
        }
    }
    table.truncate(table.trim_end().len());
    table
}

#[cfg(test)]
mod tests {
    use super::{checked_in, table};

    #[test]
    fn nothing_has_drifted_from_the_table_that_is_checked_in() {
        let now = table();
        let drift: Vec<_> = checked_in()
            .lines()
            .zip(now.lines())
            .filter(|(was, is)| was != is)
            .map(|(was, is)| format!("was: {was}\n is: {is}"))
            .collect();
        assert!(
            drift.is_empty() && checked_in().len() == now.len(),
            "{}\n\n{now}",
            drift.join("\n")
        );
    }
}
