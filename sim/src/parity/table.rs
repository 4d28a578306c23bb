use std::fmt::Write;

use super::probe::Probe;
use super::{loopback, simulated};
use crate::engine::{Engine, Event, Turmoil};

/// The checked-in observations, and the notes on their differences.
const CHECKED_IN: &str = include_str!("table.txt");

/// The checked-in table, without the notes.
#[must_use]
pub fn checked_in() -> &'static str {
    CHECKED_IN.split_once("\n\n").map_or(CHECKED_IN, |(table, _)| table)
}

/// Runs every probe on this machine's loopback interface and on every engine. Takes some seconds,
/// because only a wait shows that nothing arrives.
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
    fn networks_behave_like_the_checked_in_table() {
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
