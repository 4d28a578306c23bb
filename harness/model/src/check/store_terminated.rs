use super::store::{Seen, sessions};
use super::{Check, Finding, View};
use crate::history::Moments;
use crate::plan::Plan;

/// A server must end its database sessions as the protocol says.
pub(super) const CHECK: Check = Check {
    id: "store-terminated",
    about: "every database session that was open at the signal ends with Terminate",
    judge,
};

fn judge(_: &Plan, history: &View<'_>) -> Vec<Finding> {
    let moments = history.moments();
    let Some(signalled) = moments.signalled else { return Vec::new() };
    let expected = "each session is ended with Terminate, as the protocol says";
    let all: Vec<_> = sessions(history)
        .into_iter()
        .filter(|(_, seen)| seen.ended.is_none_or(|(at, _)| at >= signalled))
        .collect();
    if all.is_empty() {
        let actual = "the server had no session with the database";
        return vec![Finding::inconclusive(expected, actual)];
    }
    let rude: Vec<_> = all.iter().filter(|(_, seen)| is_rude(seen)).collect();
    let Some((number, first)) = rude.first() else { return Vec::new() };
    let end = how(&moments, first);
    let actual = format!("{} of {} were not; session {number} {end}", rude.len(), all.len());
    vec![Finding::violation(expected, actual)]
}

/// Whether the server left without `Terminate`. A session that the database closed first needs no
/// `Terminate`.
fn is_rude(seen: &Seen) -> bool {
    seen.terminated_us.is_none() && !seen.ended.is_some_and(|(_, by_database)| by_database)
}

fn how(moments: &Moments, seen: &Seen) -> String {
    match seen.ended {
        Some((at, _)) => format!("was dropped {}", moments.when(at)),
        None => "was never ended".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Row, Story, expect, ready, stopping};
    use super::*;
    use crate::history::Session;

    #[test]
    fn session_that_is_open_at_the_signal_ends_with_terminate() {
        let two = || -> Story {
            let open = ready().session(1, Session::Opened).session(2, Session::Opened);
            open.at(300).signalled().at(310)
        };
        let leave = |story: Story, n| story.session(n, Session::Terminate).session(n, Session::Fin);
        let rows: [Row<'_>; 7] = [
            ("both with Terminate", leave(leave(two(), 1), 2), &[]),
            (
                "one without a word",
                leave(two(), 1).session(2, Session::Fin),
                &["Violation Must … 1 of 2 were not; session 2 was dropped 10 ms after SIGTERM"],
            ),
            (
                "reset",
                two().session(1, Session::Reset).session(2, Session::Reset),
                &["Violation Must … 2 of 2 were not; session 1 was dropped"],
            ),
            ("never ended", leave(two(), 2), &["Violation … session 1 was never ended"]),
            (
                "what the database closed needs no leave",
                leave(two(), 1).session(2, Session::ServerClosed).session(2, Session::Fin),
                &[],
            ),
            (
                "what ended before the signal is another matter",
                ready()
                    .session(1, Session::Opened)
                    .session(2, Session::Opened)
                    .at(200)
                    .session(1, Session::Reset)
                    .at(300)
                    .signalled()
                    .session(2, Session::Terminate),
                &[],
            ),
            ("no session", ready().at(300).signalled(), &["Inconclusive … had no session"]),
        ];
        expect(&CHECK, &stopping(&CHECK), &rows);
    }
}
