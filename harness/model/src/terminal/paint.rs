//! Colours, and texts of a given width.

use anstyle::{AnsiColor, Style};

/// The width of a report, in columns.
pub const WIDTH: usize = 100;

/// Normal text.
pub const PLAIN: Style = Style::new();
/// Details that a reader looks up.
pub const FAINT: Style = Style::new().dimmed();
/// Headings.
pub const STRONG: Style = Style::new().bold();
/// Success.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// Loss or refusal.
pub const BAD: Style = AnsiColor::Red.on_default();
/// The row of a finding.
pub const FOUND: Style = AnsiColor::Red.on_default().bold();
/// An action on the server.
pub const STIMULUS: Style = AnsiColor::Yellow.on_default();
/// An inconclusive result.
pub const UNSURE: Style = AnsiColor::Magenta.on_default();

/// Text in a style. The plain style adds no escape sequences.
#[must_use]
pub fn paint(style: Style, text: &str) -> String {
    if style.is_plain() {
        return text.to_owned();
    }
    format!("{style}{text}{style:#}")
}

/// Breaks text into lines of at most `width` characters, at spaces where possible.
#[must_use]
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split(' ') {
        let mut rest: Vec<char> = word.chars().collect();
        if used > 0 && used + 1 + rest.len() > width {
            lines.push(String::new());
            used = 0;
        }
        while rest.len() > width {
            let tail = rest.split_off(width);
            push(&mut lines, &rest);
            lines.push(String::new());
            rest = tail;
        }
        if used > 0 {
            push(&mut lines, &[' ']);
            used += 1;
        }
        push(&mut lines, &rest);
        used += rest.len();
    }
    lines
}

fn push(lines: &mut [String], chars: &[char]) {
    if let Some(line) = lines.last_mut() {
        line.extend(chars);
    }
}

/// Breaks only the lines that are too long, and keeps the indentation: for programs.
#[must_use]
pub fn lines(text: &str, width: usize) -> Vec<String> {
    text.lines()
        .flat_map(|line| {
            let line = line.replace('\t', "    ");
            let indent = line.chars().take_while(|c| *c == ' ').count().min(width / 2);
            let room = width - indent;
            let parts = wrap(line.trim_start(), room);
            parts.into_iter().map(move |part| format!("{:indent$}{part}", ""))
        })
        .collect()
}

/// Cuts text to `width` characters, the last of which is then `…`.
#[must_use]
pub fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    text.chars().take(width.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_spaces_and_inside_long_words() {
        for (text, width, lines) in [
            ("one two three", 7, vec!["one two", "three"]),
            ("one", 7, vec!["one"]),
            ("", 7, vec![""]),
            ("abcdefghij k", 4, vec!["abcd", "efgh", "ij k"]),
            ("x abcdefghij", 4, vec!["x", "abcd", "efgh", "ij"]),
        ] {
            assert_eq!(wrap(text, width), lines, "{text}");
        }
        assert_eq!(cut("abcdef", 4), "abc…");
        assert_eq!(cut("abcd", 4), "abcd");
    }
}
