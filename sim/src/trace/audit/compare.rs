use super::Difference;
use crate::trace::{Draw, Trace};

/// How many records before the difference are told.
const BEFORE: usize = 20;

/// Where two traces part: at the first record or the first draw that differs. `None` if they are
/// the same.
#[must_use]
pub fn compare(left: &Trace, right: &Trace) -> Option<Difference> {
    let record = parting(&left.records, &right.records);
    // A draw too many is told where it was made, not where its number first changed something.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::testing::recorded;
    use crate::trace::{Kind, Stream, record};

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
    fn the_first_record_that_differs_is_found_with_what_was_before_it() {
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
    fn a_draw_that_changed_nothing_yet_is_found_where_it_was_made() {
        let found = compare(&usual(None, None), &usual(Some(25), Some(9))).expect("they differ");
        assert_eq!((found.at, found.left == found.right), (10, true));
        assert_eq!(found.draws, [[0, 1, 0, 0, 0], [0, 2, 0, 0, 0]]);
    }

    #[test]
    fn a_run_that_goes_on_longer_differs_where_the_other_ends() {
        let short = recorded(|| record(0, Kind::Mark, 0, 1, 0));
        let long = recorded(|| (1..3).for_each(|n| record(0, Kind::Mark, 0, n, 0)));
        let found = compare(&short, &long).expect("they differ");
        assert_eq!((found.at, found.left.map(|r| r.kind)), (1, Some(Kind::Draws)));
        let mut cut = long.clone();
        cut.records.truncate(2);
        let found = compare(&cut, &long).expect("they differ");
        assert_eq!((found.at, found.left), (2, None));
    }
}
