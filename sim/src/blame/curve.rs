use std::fmt;

use fastrand::Rng;

use super::events::{draw, timed};
use crate::case::{Case, time};

/// Default number of draws after each event.
pub const DRAWS: u32 = 200;

/// Columns of a bar that stands for certainty.
const COLUMNS: u32 = 40;

/// The probability of the failure after each event of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Curve {
    /// Points by the number of kept events, from none on.
    pub points: Vec<Point>,
    /// Number of draws at each point.
    pub draws: u32,
}

/// The probability of the failure if the events up to this one keep their times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// The last kept event; `None` if all times are drawn again.
    pub after: Option<(u64, String)>,
    /// Number of draws that failed in the same way.
    pub failed: u32,
}

/// Draws the later times again this often after each event, and counts the cases for which `fails`
/// returns `true`. The same case gives the same curve.
pub fn blame(case: &Case, draws: u32, mut fails: impl FnMut(&Case) -> bool) -> Curve {
    let events = timed(case);
    let mut order: Vec<usize> = (0..events.len()).collect();
    order.sort_by_key(|at| events[*at].us);
    let points = (0..=events.len()).map(|kept| {
        let mut failed = 0;
        for n in 0..draws {
            let mut rng = Rng::with_seed(case.tail_seed ^ (kept as u64) << 32 ^ u64::from(n));
            failed += u32::from(fails(&draw(case, &events, &order, kept, &mut rng)));
        }
        let after = kept.checked_sub(1).map(|last| &events[order[last]]);
        Point { after: after.map(|event| (event.us, event.what.clone())), failed }
    });
    Curve { points: points.collect(), draws }
}

impl Curve {
    /// The event that decided the failure: from this event on at least every second draw fails.
    /// `None` if this holds before any event, or never.
    #[must_use]
    pub fn lost_after(&self) -> Option<&(u64, String)> {
        let averted = self.points.iter().rposition(|point| 2 * point.failed < self.draws)?;
        self.points.get(averted + 1)?.after.as_ref()
    }
}

impl fmt::Display for Curve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for point in &self.points {
            let percent = 100 * point.failed / self.draws.max(1);
            let bar = "█".repeat((COLUMNS * point.failed / self.draws.max(1)) as usize);
            let columns = COLUMNS as usize;
            let (at, what) = match &point.after {
                Some((us, what)) => (time(*us), what.as_str()),
                None => (String::new(), "nothing is kept"),
            };
            writeln!(f, "{percent:>4} % {bar:<columns$} {at:>12}  {what}")?;
        }
        match (self.lost_after(), self.points.first()) {
            (Some((us, what)), _) => writeln!(f, "\nlost after {}: {what}", time(*us)),
            (None, Some(first)) if 2 * first.failed >= self.draws => {
                writeln!(f, "\nlost from the beginning: it hardly hangs on times")
            }
            (None, _) => writeln!(f, "\nnever lost for sure: it hangs on the tail seed too"),
        }
    }
}

#[cfg(test)]
mod tests {
    use lastorders_model::plan::{Contract, Draft};

    use super::*;
    use crate::blame::events::times;

    fn case() -> Case {
        let mut draft = Draft::new("group/name", 1, Contract::default());
        draft.client("a").at_us(1_000).connect().at_us(3_000).close();
        draft.operator().at_us(2_000).signal().await_exit();
        Case::plain(draft.finish())
    }

    #[test]
    fn the_event_that_decides_the_failure_is_found() {
        // The case fails if the signal comes before 2.1 ms. Later events cannot change that.
        let late = |case: &Case| *times(&mut case.clone())[2] < 2_100;
        let curve = blame(&case(), DRAWS, late);
        let failed: Vec<u32> = curve.points.iter().map(|point| point.failed).collect();
        assert_eq!(failed.len(), 4);
        assert!(failed[0] < 120 && failed[1] < 120, "{failed:?}");
        assert_eq!(failed[2..], [200, 200]);
        let (us, what) = curve.lost_after().expect("it is lost");
        assert_eq!(*us, 2_000);
        assert_eq!(what, "operator sends SIGTERM to the process that was started");
        assert_eq!(blame(&case(), DRAWS, late), curve, "two calls give equal curves");
        let text = curve.to_string();
        assert!(text.contains("lost after 2 ms: operator sends SIGTERM"), "{text}");
    }

    #[test]
    fn kept_times_stay_and_no_script_runs_backwards() {
        let whole = case();
        let mut kept = 0;
        let mut seen = Vec::new();
        blame(&whole, 50, |drawn| {
            let times: Vec<u64> = times(&mut drawn.clone()).into_iter().map(|us| *us).collect();
            assert!(times[0] <= times[1], "{times:?}");
            let expected = [vec![], vec![(0, 1_000)], vec![(0, 1_000), (2, 2_000)]];
            let expected = expected.get(kept / 50).cloned().unwrap_or_default();
            assert!(expected.iter().all(|(at, us)| times[*at] == *us), "{kept}: {times:?}");
            kept += 1;
            seen.push(drawn.tail_seed);
            false
        });
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 200, "each with a tail of its own");
    }
}
