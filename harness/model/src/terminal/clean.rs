/// Cleans text of a server under test for one line of a terminal: control characters, escape
/// sequences and characters that turn the direction of writing become visible. At most `most`
/// characters are kept, and `…` marks a cut.
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
    fn cleaned_text_has_no_control_or_direction_characters_and_at_most_the_given_length() {
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
}
