use syn::spanned::Spanned;
use syn::visit::Visit;

use super::source;

const LONGEST_FILE: usize = 400;
/// A shorter file rarely has a subject of its own.
const SHORTEST_FILE: usize = 25;
/// The least mean length of all files, so that subjects are not split over many small files.
const MEAN_FILE: usize = 95;
const LONGEST_FUNCTION: usize = 70;
const LONGEST_LINE: usize = 100;

pub(crate) fn tests() -> Vec<crate::trial::Test> {
    crate::tests![
        files_are_neither_too_long_nor_too_short;
        lines_have_at_most_100_columns;
        functions_have_at_most_70_lines;
    ]
}

/// Parts of paths of files that may be shorter than `SHORTEST_FILE`, with the reason.
const SHORT_FILES: &[(&str, &str)] = &[
    ("/mod.rs", "declares a folder's modules"),
    ("/main.rs", "the entry of a program"),
    ("/lib.rs", "declares a crate's modules"),
    ("/src/bin/", "the entry of a program"),
    ("tests/mutants/defects/", "one defect a file"),
    ("server/tests/it/", "one example or helper a file"),
    ("server/benches/src/clock.rs", "the only place where the ban on clocks is lifted"),
    ("server/src/hooks/", "one kind of hook a file"),
    ("harness/model/src/actor/act.rs", "depends on every role, and no role on it"),
    ("harness/model/src/actor/client/received.rs", "the result that both protocols share"),
    ("harness/src/world/sockets/socket.rs", "the type that both sources share"),
    ("sim/src/trace/engine_version.rs", "the build script includes this file"),
    ("sim/src/subject/tests/wrong_goaway.rs", "one bug a file"),
];

fn files_are_neither_too_long_nor_too_short() {
    let sources = source::all();
    let lines = |source: &source::Source| source.text.lines().count();
    let long: Vec<String> = sources
        .iter()
        .filter(|source| lines(source) > LONGEST_FILE)
        .map(|source| format!("{}: {} lines", source.path, lines(source)))
        .collect();
    assert!(long.is_empty(), "files of more than {LONGEST_FILE} lines: {long:#?}");
    let excused = |path: &str| SHORT_FILES.iter().any(|(part, _)| path.contains(part));
    let short: Vec<&str> = sources
        .iter()
        .filter(|source| lines(source) < SHORTEST_FILE && !excused(&source.path))
        .map(|source| source.path.as_str())
        .collect();
    assert!(short.is_empty(), "merge these files, or add a reason to SHORT_FILES: {short:#?}");
    for (part, reason) in SHORT_FILES {
        let needed = |it: &source::Source| it.path.contains(part) && lines(it) < SHORTEST_FILE;
        assert!(
            sources.iter().any(needed),
            "remove {part} from SHORT_FILES, no short file has this path: {reason}"
        );
    }
    let mean = sources.iter().map(lines).sum::<usize>() / sources.len();
    assert!(
        mean >= MEAN_FILE,
        "the mean file has {mean} lines; merge files until it has {MEAN_FILE}"
    );
}

fn lines_have_at_most_100_columns() {
    let mut long = Vec::new();
    for source in source::all() {
        for (at, line) in source.text.lines().enumerate() {
            if line.chars().count() > LONGEST_LINE {
                long.push(format!("{}:{}", source.path, at + 1));
            }
        }
    }
    assert!(long.is_empty(), "lines of more than {LONGEST_LINE} columns: {long:#?}");
}

fn functions_have_at_most_70_lines() {
    let mut long = Vec::new();
    for source in source::all() {
        let mut visitor = Functions { path: &source.path, long: &mut long };
        visitor.visit_file(source.file());
    }
    assert!(long.is_empty(), "functions of more than {LONGEST_FUNCTION} lines: {long:#?}");
}

struct Functions<'a> {
    path: &'a str,
    long: &'a mut Vec<String>,
}

impl Functions<'_> {
    fn measure(&mut self, name: &syn::Ident, block: &syn::Block) {
        let span = block.span();
        let lines = span.end().line - span.start().line;
        if lines > LONGEST_FUNCTION {
            self.long.push(format!("{}: {name} has {lines} lines", self.path));
        }
    }
}

impl<'ast> Visit<'ast> for Functions<'_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.measure(&item.sig.ident, &item.block);
        syn::visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.measure(&item.sig.ident, &item.block);
        syn::visit::visit_impl_item_fn(self, item);
    }
}
