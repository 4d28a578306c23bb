use super::{Check, Finding, RunView, Whose};

pub(super) const CHECK: Check = Check {
    id: "no-leak",
    about: "no task and no socket of the server is left when the server has returned",
    whose: Whose::Every,
    judge,
};

fn judge(view: &RunView<'_>) -> Vec<Finding> {
    match view.records.left {
        Some((at, tasks, sockets)) if tasks + sockets > 0 => {
            let actual = format!("{tasks} tasks and {sockets} sockets");
            let expected = "nothing is left when the server has returned";
            vec![Finding::violation(expected, actual).at(at.us)]
        }
        Some(_) | None => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Row, case, draining, expect};
    use super::*;
    use crate::world::SimEvent;

    #[test]
    fn task_or_socket_that_outlives_the_server_is_a_violation() {
        let left = |tasks, sockets| draining().at(600).inside(SimEvent::Left { tasks, sockets });
        let rows: [Row<'_>; 4] = [
            ("nothing", left(0, 0).done(), &[]),
            ("a task", left(1, 0).done(), &["Violation Must … 1 tasks and 0 sockets"]),
            ("a socket", left(0, 2).done(), &["Violation Must … 0 tasks and 2 sockets"]),
            ("nobody looked", draining().done(), &[]),
        ];
        expect(&CHECK, &case(), &rows);
    }
}
