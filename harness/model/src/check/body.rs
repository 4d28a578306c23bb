use super::Finding;
use crate::history::Answer;

/// The finding of a check that must read a body of which only the beginning was kept.
pub(super) fn truncated(expected: &str, answer: &Answer) -> Finding {
    let actual = format!(
        "{} with a body that is too long to be kept whole; it begins with {}",
        answer.status,
        excerpt(&answer.body)
    );
    Finding::inconclusive(expected, actual)
}

/// The beginning of a body, for people.
pub(super) fn excerpt(body: &str) -> String {
    const LONGEST: usize = 80;
    let mut text: String = body.chars().take(LONGEST).collect();
    if text.len() < body.len() {
        text.push('…');
    }
    if text.is_empty() { "an empty body".to_owned() } else { text }
}
