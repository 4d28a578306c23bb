use super::{Check, Finding, RunView, Whose};

pub(super) const CHECK: Check = Check {
    id: "store-after-close",
    about: "the store is not asked for anything once it is told to close",
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
    fn a_closed_store_is_left_alone() {
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
