use super::{Check, Finding, RunView, Whose};
use crate::world::Ended;

pub(super) const CHECK: Check = Check {
    id: "no-livelock",
    about: "a run ends within the largest number of events",
    whose: Whose::Every,
    judge,
};

fn judge(view: &RunView<'_>) -> Vec<Finding> {
    if *view.ended != Ended::Livelock {
        return Vec::new();
    }
    let last = view.records.last_us;
    let actual = format!("things went on and on {}", view.when(last));
    vec![Finding::violation("the run comes to its end", actual).at(last)]
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Row, case, draining, expect};
    use super::*;

    #[test]
    fn run_that_exceeds_the_largest_number_of_events_is_a_livelock() {
        let rows: [Row<'_>; 2] = [
            ("it ended", draining().done(), &[]),
            (
                "it did not",
                draining().at(400).ending(Ended::Livelock),
                &["Violation Must … things went on and on 100 ms after SIGTERM"],
            ),
        ];
        expect(&CHECK, &case(), &rows);
    }
}
