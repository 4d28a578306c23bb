use std::fmt;

use crate::trace::{Names, Record, Stream, line, time};

/// Where two runs of one case part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The index of the record.
    pub at: usize,
    /// What the first run has there; `None` if it is over.
    pub left: Option<Record>,
    /// What the second run has there. If it is the same, it is the draws that differ.
    pub right: Option<Record>,
    /// Up to 20 records before it, which both have.
    pub before: Vec<Record>,
    /// How often either run had drawn from each stream by then, in the order of [`Stream::ALL`].
    pub draws: [[u64; Stream::ALL.len()]; 2],
}

impl Difference {
    /// The virtual time of the difference, in nanoseconds: of the earlier record, if both have one.
    #[must_use]
    pub fn at_ns(&self) -> u64 {
        let both = [self.left, self.right].into_iter().flatten();
        let before = self.before.last().map_or(0, |record| record.at_ns);
        both.map(|record| record.at_ns).min().unwrap_or(before)
    }

    /// The report, with the names of hosts and connections, one line a record.
    #[must_use]
    pub fn report(&self, names: &Names) -> String {
        let mut lines = vec![format!(
            "two runs of one case part at record {}, {}",
            self.at,
            time(self.at_ns())
        )];
        lines.extend(self.before.iter().map(|record| format!("    {}", line(record, names))));
        for (run, record) in [("first", self.left), ("second", self.right)] {
            let words = record.map_or("the run is over".to_owned(), |r| line(&r, names));
            lines.push(format!("{run:>7}: {words}"));
        }
        if self.left == self.right {
            lines.push("the records are the same here: it is the draws that differ".to_owned());
        }
        let [left, right] = &self.draws;
        let counts =
            Stream::ALL.iter().zip(left.iter().zip(right)).map(|(stream, (left, right))| {
                if left == right {
                    format!("{stream} {left}")
                } else {
                    format!("{stream} {left} and {right}")
                }
            });
        lines.push(format!("draws by then: {}", counts.collect::<Vec<_>>().join(", ")));
        lines.join("\n")
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.report(&Names::default()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::compare;
    use super::*;
    use crate::trace::testing::recorded;
    use crate::trace::{Kind, drew, record};

    #[test]
    fn the_report_says_when_what_and_after_how_many_draws() {
        let run = |status, times| {
            recorded(move || {
                record(0, Kind::Signal, 0, 15, 0);
                drew(Stream::Net, times);
                record(1, Kind::RequestAnswered, 1, 1, status);
            })
        };
        let names = Names {
            hosts: vec!["server".to_owned(), "calm".to_owned()],
            connections: vec!["calm@1".to_owned()],
        };
        let found = compare(&run(200, 1), &run(503, 1)).expect("they differ");
        let expected = "\
two runs of one case part at record 1, 0.002000 ms
    0.001000 ms #0 server: SIGTERM
  first: 0.002000 ms #1 calm calm@1: request 1 is answered 200
 second: 0.002000 ms #1 calm calm@1: request 1 is answered 503
draws by then: plan 0, net 1, fault 0, tokio 0, yield 0";
        assert_eq!(found.report(&names), expected);
        let found = compare(&run(200, 1), &run(200, 2)).expect("they differ").to_string();
        assert!(found.contains("it is the draws that differ"), "{found}");
        assert!(found.contains("net 1 and 2"), "{found}");
    }
}
