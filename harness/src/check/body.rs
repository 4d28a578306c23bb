use super::Finding;
use crate::history::Answer;

/// What a check says of an answer whose body it has to read, and which was not kept whole.
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
