use proc_macro2::{TokenStream, TokenTree};

use super::source::{self, Source};

/// The file with the log's messages.
const LOG: &str = "server/src/event/log.rs";

/// The files that may contain the messages.
const ALLOWED: &[(&str, &str)] = &[
    ("server/src/event/", "the log itself"),
    ("server/src/serve/tests/log.rs", "the log's own test compares whole lines"),
    ("tests/integration/rules/log_text.rs", "the examples below"),
];

pub(crate) fn tests() -> Vec<crate::trial::Test> {
    crate::tests![
        no_code_matches_log_text;
        code_that_matches_log_text_is_found;
    ]
}

/// Log messages change with every version. Code that depends on the server's behaviour must read
/// its events, its report or its exit code.
fn no_code_matches_log_text() {
    let messages = messages();
    let mut found = Vec::new();
    for source in source::all() {
        if !ALLOWED.iter().any(|(path, _)| source.path.starts_with(path)) {
            found.extend(matches(source, &messages));
        }
    }
    let fix = "read an event (lastorders::event) or the report instead of the log";
    assert!(found.is_empty(), "{fix}: {found:#?}");
}

fn code_that_matches_log_text_is_found() {
    let messages = messages();
    assert!(messages.len() > 12, "{LOG} has only these messages: {messages:?}");
    let table = [
        ("fn f(m: &str) -> bool { m == \"shutdown complete\" }", 1),
        ("fn f(m: &str) -> bool { m.starts_with(\"listener closed\") }", 1),
        ("fn f(m: &str) -> bool { m.ends_with(r\"readiness is off\") }", 1),
        ("fn f() { assert!(log().contains(\"INFO shutdown complete cause=SIGTERM\")); }", 1),
        ("/// Once shutdown complete is logged.\nfn f() -> u8 { 1 }", 0),
        ("fn f() -> &'static str { \"releasing\" }", 0),
        ("fn f() -> &'static str { \"lame duck\" }", 0),
        ("fn f() -> (&'static str, &'static str) { (\"; \", \"is\") }", 0),
    ];
    for (text, count) in table {
        let found = matches(&Source::new("case.rs", text), &messages);
        assert_eq!(found.len(), count, "{text}: {found:?}");
    }
}

/// Every text of two words or more in the log's source is one of its messages.
fn messages() -> Vec<String> {
    let all = source::all();
    let log = all.iter().find(|source| source.path == LOG).expect("the file of the log exists");
    literals(log).into_iter().map(|(_, text)| text).collect()
}

/// Texts that contain a whole message, or a searchable part of one: its first two or more words, or
/// any three or more words.
fn matches(source: &Source, messages: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for (line, text) in literals(source) {
        let three = text.split_whitespace().count() > 2;
        let is_it = |message: &&String| {
            text.contains(*message)
                || message.starts_with(&text)
                || three && message.contains(&text)
        };
        if let Some(message) = messages.iter().find(is_it) {
            found.push(format!("{}:{line} has {text:?}; a message is {message:?}", source.path));
        }
    }
    found
}

fn literals(source: &Source) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    collect(source.text.parse().expect("the file is Rust"), &mut found);
    found
}

/// Leaves attributes out, because doc comments are attributes to a parser.
fn collect(tokens: TokenStream, found: &mut Vec<(usize, String)>) {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == '#' => {
                while let Some(TokenTree::Punct(_)) = tokens.peek() {
                    tokens.next();
                }
                if let Some(TokenTree::Group(_)) = tokens.peek() {
                    tokens.next();
                }
            }
            TokenTree::Group(group) => collect(group.stream(), found),
            TokenTree::Literal(literal) => {
                let line = literal.span().start().line;
                let text = match syn::Lit::new(literal) {
                    syn::Lit::Str(text) => text.value(),
                    syn::Lit::ByteStr(text) => String::from_utf8_lossy(&text.value()).into_owned(),
                    _ => continue,
                };
                if text.split_whitespace().filter(|it| it.contains(char::is_alphabetic)).count() > 1
                {
                    found.push((line, text));
                }
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) => {}
        }
    }
}
