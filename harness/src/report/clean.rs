use lastorders_model::terminal::clean;

/// The last `lines` lines of a text that are not blank, each as [`clean`] returns it, cut to
/// `width` characters.
#[must_use]
pub fn clean_lines(text: &str, lines: usize, width: usize) -> Vec<String> {
    let all: Vec<_> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let from = all.len().saturating_sub(lines);
    all[from..].iter().map(|line| clean(&without_escapes(line), width)).collect()
}

/// Removes whole escape sequences, because tools write colours even to a pipe.
fn without_escapes(line: &str) -> String {
    anstream::adapter::strip_str(line).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_lines_are_kept_without_escape_sequences() {
        let lines = clean_lines("1\n\n2\n\u{1b}[31m3\u{1b}[0m\n", 2, 80);
        assert_eq!(lines, ["2", "3"]);
    }
}
