use std::fmt;

use crate::trace::{Draw, Names, Record, Stream, Trace, line, time};

/// Number of records that a report shows before the difference.
const BEFORE: usize = 20;

/// The first record or draw that differs between two traces. `None` if the traces are equal.
#[must_use]
pub fn compare(left: &Trace, right: &Trace) -> Option<Difference> {
    let record = parting(&left.records, &right.records);
    // Report an additional draw at its place, not where its number first changes a record.
    let draw = parting(&left.draws, &right.draws).map(|at| {
        let place = |draws: &[Draw]| draws.get(at).map(|draw| draw.before as usize);
        [place(&left.draws), place(&right.draws)].into_iter().flatten().min().unwrap_or(0)
    });
    let at = [record, draw].into_iter().flatten().min()?;
    let from = at.saturating_sub(BEFORE).min(left.records.len());
    let to = at.min(left.records.len());
    Some(Difference {
        at,
        left: left.records.get(at).copied(),
        right: right.records.get(at).copied(),
        before: left.records[from..to].to_vec(),
        draws: [left.draws_at(at), right.draws_at(at)],
    })
}

/// The first index at which two slices differ.
fn parting<T: PartialEq>(left: &[T], right: &[T]) -> Option<usize> {
    let differ = left.iter().zip(right).position(|(left, right)| left != right);
    differ.or_else(|| (left.len() != right.len()).then(|| left.len().min(right.len())))
}

/// The first difference between two runs of one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Index of the record.
    pub at: usize,
    /// The record of the first run; `None` if this run is over.
    pub left: Option<Record>,
    /// The record of the second run. If both records are equal, the draws differ.
    pub right: Option<Record>,
    /// Up to 20 equal records before the difference.
    pub before: Vec<Record>,
    /// Draws from each stream so far in both runs, in the order of [`Stream::ALL`].
    pub draws: [[u64; Stream::ALL.len()]; 2],
}

impl Difference {
    /// Virtual time of the difference in nanoseconds: the earlier record's, if both runs have one.
    #[must_use]
    pub fn at_ns(&self) -> u64 {
        let both = [self.left, self.right].into_iter().flatten();
        let before = self.before.last().map_or(0, |record| record.at_ns);
        both.map(|record| record.at_ns).min().unwrap_or(before)
    }

    /// The report with the names of hosts and connections, one line a record.
    #[must_use]
    pub fn report(&self, names: &Names) -> String {
        let mut lines = vec![format!(
            "two runs of one case differ at record {}, {}",
            self.at,
            time(self.at_ns())
        )];
        lines.extend(self.before.iter().map(|record| format!("    {}", line(record, names))));
        for (run, record) in [("first", self.left), ("second", self.right)] {
            let words = record.map_or("the run is over".to_owned(), |r| line(&r, names));
            lines.push(format!("{run:>7}: {words}"));
        }
        if self.left == self.right {
            lines.push("the records are equal here, and the draws differ".to_owned());
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
    use super::*;
    use crate::trace::recorder::recorded;
    use crate::trace::{Kind, Stream, drew, record};

    /// Thirty marks, with a draw after each tenth.
    fn usual(changed: Option<u64>, more_draws: Option<u64>) -> Trace {
        recorded(|| {
            for n in 0..30 {
                record(0, Kind::Mark, 0, n, u64::from(changed == Some(n)));
                if n % 10 == 9 {
                    crate::trace::drew(Stream::Net, 1 + u32::from(more_draws == Some(n)));
                }
            }
        })
    }

    #[test]
    fn the_first_different_record_is_reported_with_the_records_before_it() {
        let left = usual(None, None);
        assert_eq!(compare(&left, &usual(None, None)), None);
        let found = compare(&left, &usual(Some(25), None)).expect("they differ");
        assert_eq!(
            (found.at, found.left.map(|r| r.b), found.right.map(|r| r.b)),
            (25, Some(0), Some(1))
        );
        let before: Vec<_> = found.before.iter().map(|record| record.a).collect();
        assert_eq!(before, (5..25).collect::<Vec<_>>());
        assert_eq!(found.draws, [[0, 2, 0, 0, 0]; 2]);
        assert_eq!(compare(&left, &usual(Some(0), None)).expect("they differ").before, []);
    }

    #[test]
    fn an_additional_draw_is_reported_at_its_place() {
        let found = compare(&usual(None, None), &usual(Some(25), Some(9))).expect("they differ");
        assert_eq!((found.at, found.left == found.right), (10, true));
        assert_eq!(found.draws, [[0, 1, 0, 0, 0], [0, 2, 0, 0, 0]]);
    }

    #[test]
    fn a_longer_run_differs_where_the_shorter_one_ends() {
        let short = recorded(|| record(0, Kind::Mark, 0, 1, 0));
        let long = recorded(|| (1..3).for_each(|n| record(0, Kind::Mark, 0, n, 0)));
        let found = compare(&short, &long).expect("they differ");
        assert_eq!((found.at, found.left.map(|r| r.kind)), (1, Some(Kind::Draws)));
        let mut cut = long.clone();
        cut.records.truncate(2);
        let found = compare(&cut, &long).expect("they differ");
        assert_eq!((found.at, found.left), (2, None));
    }

    #[test]
    fn the_report_has_the_time_both_records_and_the_draws() {
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
two runs of one case differ at record 1, 0.002000 ms
    0.001000 ms #0 server: SIGTERM
  first: 0.002000 ms #1 calm calm@1: request 1 is answered 200
 second: 0.002000 ms #1 calm calm@1: request 1 is answered 503
draws by then: plan 0, net 1, fault 0, tokio 0, yield 0";
        assert_eq!(found.report(&names), expected);
        let found = compare(&run(200, 1), &run(200, 2)).expect("they differ").to_string();
        assert!(found.contains("the draws differ"), "{found}");
        assert!(found.contains("net 1 and 2"), "{found}");
    }
}
