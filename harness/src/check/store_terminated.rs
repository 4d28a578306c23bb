use super::sessions::{Seen, sessions};
use super::{Check, Finding};
use crate::history::{History, Moments};
use crate::plan::Plan;

/// The server takes leave of its database.
pub(super) const CHECK: Check = Check {
    id: "store-terminated",
    about: "every database session that was open at the signal ends with Terminate",
    judge,
};

fn judge(_: &Plan, history: &History) -> Vec<Finding> {
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

/// Whether the server left without a word. What the database closed first needs none.
fn is_rude(seen: &Seen) -> bool {
    seen.terminated_us.is_none() && !seen.ended.is_some_and(|(_, by_database)| by_database)
}

fn how(moments: &Moments, seen: &Seen) -> String {
    match seen.ended {
        Some((at, _)) => format!("was dropped {}", moments.when(at)),
        None => "was never ended".to_owned(),
    }
}
