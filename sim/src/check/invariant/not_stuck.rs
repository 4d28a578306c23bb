use super::{Check, Finding, RunView, Whose};
use crate::world::Ended;

pub(super) const CHECK: Check = Check {
    id: "not-stuck",
    about: "the run can always make progress until it is over",
    whose: Whose::Every,
    judge,
};

fn judge(view: &RunView<'_>) -> Vec<Finding> {
    if *view.ended != Ended::Stuck {
        return Vec::new();
    }
    let last = view.records.last_us;
    let actual = format!("all was idle {}, and no timer was set", view.when(last));
    vec![Finding::violation("the run comes to its end", actual).at(last)]
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Row, case, draining, expect};
    use super::*;

    #[test]
    fn idle_run_without_a_timer_is_stuck() {
        let rows: [Row<'_>; 2] = [
            ("it ended", draining().done(), &[]),
            (
                "it did not",
                draining().at(400).ending(Ended::Stuck),
                &["Violation Must … all was idle 100 ms after SIGTERM"],
            ),
        ];
        expect(&CHECK, &case(), &rows);
    }
}
