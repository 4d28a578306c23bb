use super::{Check, Finding, RunView, Whose};
use crate::world::{Ended, SimEvent};

pub(super) const CHECK: Check = Check {
    id: "no-panic",
    about: "neither the server nor its application panics",
    whose: Whose::Every,
    judge,
};

fn judge(view: &RunView<'_>) -> Vec<Finding> {
    let said = view.history.events.iter().find_map(|event| {
        let SimEvent::Panicked { message } = SimEvent::of(event)? else { return None };
        Some((event.at_us, message))
    });
    let ended = match view.ended {
        Ended::Panicked(message) => Some((view.records.last_us, message)),
        Ended::Done | Ended::Stuck | Ended::Livelock | Ended::Unsupported(_) => None,
    };
    let first = said.or(ended).into_iter();
    first
        .map(|(at, message)| {
            let actual = format!("{message}, {}", view.when(at));
            Finding::violation("nothing panics", actual).at(at)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Row, case, draining, expect};
    use super::*;

    #[test]
    fn panic_fails_the_run() {
        let message = || "index out of bounds".to_owned();
        let panicked = SimEvent::Panicked { message: message() };
        let rows: [Row<'_>; 3] = [
            ("none", draining().done(), &[]),
            (
                "one that the world saw",
                draining().at(310).inside(panicked).at(400).done(),
                &["Violation Must … index out of bounds, 10 ms after SIGTERM"],
            ),
            (
                "one that ended the run",
                draining().at(400).ending(Ended::Panicked(message())),
                &["Violation Must … index out of bounds, 100 ms after SIGTERM"],
            ),
        ];
        expect(&CHECK, &case(), &rows);
    }
}
