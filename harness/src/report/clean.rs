/// Text of a server under test, made fit to be printed on one line: control characters, escape
/// sequences and what turns the direction of writing become visible, and no more than `most`
/// characters are kept.
#[must_use]
pub fn clean(text: &str, most: usize) -> String {
    let mut cleaned = String::new();
    for (written, c) in text.chars().enumerate() {
        if written >= most {
            cleaned.push('…');
            break;
        }
        match c {
            '\n' => cleaned.push('⏎'),
            '\t' => cleaned.push(' '),
            c if is_hostile(c) => cleaned.push('·'),
            c => cleaned.push(c),
        }
    }
    cleaned
}

/// Like [`clean`], for text of several lines: the last `lines` of them, each cut to `width`
/// characters.
#[must_use]
pub fn clean_lines(text: &str, lines: usize, width: usize) -> Vec<String> {
    let all: Vec<_> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let from = all.len().saturating_sub(lines);
    all[from..].iter().map(|line| clean(&without_escapes(line), width)).collect()
}

/// Colours and the like, which tools write even where nobody asked, are taken out whole.
fn without_escapes(line: &str) -> String {
    anstream::adapter::strip_str(line).to_string()
}

fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            // Zero width, direction, line and paragraph separators, tags, and the byte order mark.
            '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e01ef}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_reaches_the_terminal_that_it_would_obey() {
        for (hostile, shown) in [
            ("\u{1b}[2J\u{1b}]0;owned\u{7}", "·[2J·]0;owned·"),
            ("\u{9b}31m", "·31m"),
            ("a\u{202e}b\u{200b}c", "a·b·c"),
            ("20 passed\r\n0 failed", "20 passed·⏎0 failed"),
            ("plain – ünïcode ✓", "plain – ünïcode ✓"),
        ] {
            assert_eq!(clean(hostile, 100), shown);
        }
        assert_eq!(clean("abcdef", 3), "abc…");
        assert_eq!(clean("abc", 3), "abc");
    }

    #[test]
    fn the_last_lines_are_kept() {
        let lines = clean_lines("1\n\n2\n\u{1b}[31m3\u{1b}[0m\n", 2, 80);
        assert_eq!(lines, ["2", "3"]);
    }
}
