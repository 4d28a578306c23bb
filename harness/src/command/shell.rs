use std::ffi::OsStr;

/// Characters with a meaning to a shell.
const SPECIAL: &[char] = &[
    '|', '&', ';', '<', '>', '(', ')', '$', '`', '\\', '"', '\'', '*', '?', '[', ']', '#', '~',
    '!', '{', '}', '\n', '\t', '\r',
];

/// The words of a command that needs no shell: without quotes, variables, operators, and
/// assignments before it. `None` if the command needs a shell.
pub(crate) fn plain_words(command: &str) -> Option<Vec<&str>> {
    let words: Vec<_> = command.split(' ').filter(|word| !word.is_empty()).collect();
    let first = words.first()?;
    (!command.contains(SPECIAL) && !first.contains('=')).then_some(words)
}

/// A command, quoted for a shell.
pub(crate) fn quote<S: AsRef<OsStr>>(words: impl IntoIterator<Item = S>) -> String {
    let quoted: Vec<_> =
        words.into_iter().map(|word| quote_word(&word.as_ref().to_string_lossy())).collect();
    quoted.join(" ")
}

fn quote_word(word: &str) -> String {
    if word.is_empty() || word.contains(SPECIAL) || word.contains(' ') {
        format!("'{}'", word.replace('\'', r"'\''"))
    } else {
        word.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn command_with_shell_syntax_has_no_plain_words() {
        for (command, plain) in [
            ("node server.js", true),
            ("node  --enable-source-maps dist/server.js --port=1", true),
            ("NODE_ENV=production node server.js", false),
            ("npm run build && node server.js", false),
            ("node server.js $PORT", false),
            ("node 'my server.js'", false),
            ("", false),
        ] {
            assert_eq!(plain_words(command).is_some(), plain, "{command}");
        }
    }

    #[test]
    fn quoted_words_can_be_pasted_into_a_shell() {
        assert_eq!(quote(["sh", "-c", "echo 'a'", ""]), r"sh -c 'echo '\''a'\''' ''");
        assert_eq!(quote(["node", "server.js"]), "node server.js");
    }
}
