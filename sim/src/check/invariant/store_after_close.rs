use super::{Check, Finding, RunView, Whose};

pub(super) const CHECK: Check = Check {
    id: "store-after-close",
    about: "no statement goes to a store that is closing or closed",
    whose: Whose::Every,
    judge,
};

fn judge(view: &RunView<'_>) -> Vec<Finding> {
    let asked = view.records.store_closed.into_iter();
    asked
        .map(|at| {
            let actual = format!("a statement was given to it {}", view.when(at.us));
            Finding::violation("no statement for a store that is closing", actual).at(at.us)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Row, case, draining, expect};
    use super::*;
    use crate::world::{ReleaseState, SimEvent};

    #[test]
    fn statement_for_a_closing_store_is_a_violation() {
        let closing = || draining().at(600).release(ReleaseState::Begun);
        let rows: [Row<'_>; 2] = [
            ("left alone", closing().release(ReleaseState::Done).done(), &[]),
            (
                "asked",
                closing().inside(SimEvent::StoreClosed),
                &["Violation Must … given to it 300 ms after SIGTERM"],
            ),
        ];
        expect(&CHECK, &case(), &rows);
    }
}
