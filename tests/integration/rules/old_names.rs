use proc_macro2::{TokenStream, TokenTree};

use super::source::{self, Source};

/// Former names, and the names that replaced them. Only whole identifiers count, because longer
/// names use the same words in their ordinary sense.
const WHOLE: &[(&str, &str)] = &[
    ("Cast", "HostMap"),
    ("Door", "SealContext"),
    ("Drain", "ShutdownHandle"),
    ("Facts", "RunView or CaseBounds"),
    ("Line", "ConnIo, or a noun in front"),
    ("Orders", "ShutdownFlags"),
    ("Parking", "BufferBudget or BufferSweeps"),
    ("Rare", "buggify"),
    ("Scene", "SimContext or RunView"),
    ("Stage", "ConnState or RunContext"),
    ("What", "EventKind"),
    ("give_way", "yield_maybe"),
    ("rarely", "buggify"),
];

/// Words that must not be a part of an identifier.
const PARTS: &[(&str, &str)] = &[
    ("backstage", "World"),
    ("conduct", "run"),
    ("conductor", "Runner"),
    ("crowd", "BufferBudget"),
    ("curtain", "StopRecordingGuard"),
    ("door", "listener"),
    ("entrance", "AcceptState"),
    ("heed", "poll_requests"),
    ("keeper", "StoreControl"),
    ("ladder", "fallbacks"),
    ("mend", "fix"),
    ("obstacle", "Skipped"),
    ("planted", "injected"),
    ("rung", "SealMethod"),
    ("storekeeper", "store_actor"),
    ("told", "tracked or notified"),
    ("workshop", "BuildContext"),
];

/// The words of `PARTS` that comments must not use either, in singular or plural. The other words
/// are ordinary English.
const IN_COMMENTS: &[&str] = &[
    "backstage",
    "conductor",
    "crowd",
    "curtain",
    "door",
    "entrance",
    "heed",
    "ladder",
    "mend",
    "obstacle",
    "rung",
    "storekeeper",
    "workshop",
];

pub(crate) fn tests() -> Vec<crate::trial::Test> {
    crate::tests![
        no_old_name_is_left;
        old_names_are_found;
    ]
}

fn no_old_name_is_left() {
    let mut found = Vec::new();
    for source in source::all() {
        found.extend(old_names(source).into_iter().filter(|it| !is_excepted(&source.path, it)));
    }
    assert!(found.is_empty(), "use the new name on the right: {found:#?}");
}

fn old_names_are_found() {
    let table = [
        ("struct Line;", 1),
        ("struct LogLine { line: Pipeline }", 0),
        ("fn give_way() { Drain::new() }", 2),
        ("fn drain(stage: ConnState) {}", 0),
        ("fn heed_orders() {}", 1),
        ("struct SealRung { entrance: u8 }", 2),
        ("fn f() { assert!(told.is_empty()); }", 1),
        ("fn recommend(mended: Backstop) {}", 0),
        ("/// Closes the door.\nfn f() {}", 1),
        ("fn f() {} // The next two rungs, and /* a crowd */", 2),
        ("/* Two\n ladders */ fn f() {}", 1),
        ("/// It conducts electricity, and was told so.\nfn f() {}", 0),
        ("const F: &str = \"// no door\";", 0),
        ("const F: &str = \"https://door\"; // a door", 1),
    ];
    for (text, count) in table {
        let found = old_names(&Source::new("case.rs", text));
        assert_eq!(found.len(), count, "{text}: {found:?}");
    }
    for word in IN_COMMENTS {
        assert!(PARTS.iter().any(|(part, _)| part == word), "{word} is missing in PARTS");
    }
}

/// Beginnings of paths, and the old name that each may use.
const EXCEPTIONS: &[(&str, &str)] = &[
    // Users select the scenarios by the name of their group, `door/…`.
    ("harness/model/src/scenario/", " door "),
    // This file lists the names.
    ("tests/integration/rules/old_names.rs", ""),
];

fn is_excepted(path: &str, found: &str) -> bool {
    EXCEPTIONS.iter().any(|(start, word)| path.starts_with(start) && found.contains(word))
}

/// Each use of an old name in a file: the line, the old name, and the new name.
fn old_names(source: &Source) -> Vec<String> {
    let mut scan = Scan { text: &source.text, found: Vec::new(), code: Vec::new() };
    scan.identifiers(source.text.parse().expect("it is Rust"));
    let Scan { mut found, code, .. } = scan;
    found.extend(comment_words(&source.text, &code));
    found.sort();
    let found = found.into_iter();
    found.map(|(line, name, new)| format!("{}:{line} {name} -> {new}", source.path)).collect()
}

type Found = (usize, String, &'static str);

struct Scan<'a> {
    text: &'a str,
    found: Vec<Found>,
    /// The bytes of tokens other than comments.
    code: Vec<std::ops::Range<usize>>,
}

impl Scan<'_> {
    fn identifiers(&mut self, tokens: TokenStream) {
        for token in tokens {
            if let TokenTree::Group(group) = token {
                self.identifiers(group.stream());
                continue;
            }
            let range = token.span().byte_range();
            // A parser turns doc comments into attributes.
            let text = &self.text[range.clone()];
            if text.starts_with("//") || text.starts_with("/*") {
                continue;
            }
            self.code.push(range);
            if let TokenTree::Ident(ident) = token
                && let Some(new) = new_name(&ident.to_string())
            {
                self.found.push((ident.span().start().line, ident.to_string(), new));
            }
        }
    }
}

fn new_name(name: &str) -> Option<&'static str> {
    let whole = WHOLE.iter().find(|(old, _)| *old == name);
    let parts = parts(name);
    let part = || PARTS.iter().find(|(old, _)| parts.iter().any(|part| part == old));
    whole.or_else(part).map(|(_, new)| *new)
}

/// The words of an identifier: `SealRung` and `seal_rung` give `seal` and `rung`.
fn parts(name: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    for letter in name.chars() {
        if letter == '_' || letter.is_uppercase() {
            parts.push(String::new());
        }
        if let Some(part) = parts.last_mut() {
            part.extend(letter.to_lowercase().filter(|it| *it != '_'));
        }
    }
    parts
}

fn comment_words(text: &str, code: &[std::ops::Range<usize>]) -> Vec<Found> {
    let mut comments = text.as_bytes().to_vec();
    for range in code {
        comments[range.clone()].iter_mut().filter(|it| **it != b'\n').for_each(|it| *it = b' ');
    }
    let comments = String::from_utf8_lossy(&comments).to_lowercase();
    let mut found = Vec::new();
    for (at, line) in comments.lines().enumerate() {
        for word in line.split(|letter: char| !letter.is_alphanumeric() && letter != '_') {
            let singular = word.strip_suffix('s').unwrap_or(word);
            let is_old = |it: &&&str| [word, singular].contains(*it);
            if let Some(old) = IN_COMMENTS.iter().find(is_old)
                && let Some((_, new)) = PARTS.iter().find(|(part, _)| part == old)
            {
                found.push((at + 1, word.to_owned(), *new));
            }
        }
    }
    found
}
