use syn::spanned::Spanned;
use syn::visit::Visit;

use super::source;

const LONGEST_FILE: usize = 400;
const MEDIAN_FILE: usize = 150;
const LONGEST_FUNCTION: usize = 70;
const LONGEST_LINE: usize = 100;

pub(crate) fn tests() -> Vec<crate::trial::Test> {
    crate::tests![
        files_are_small;
        lines_are_short;
        functions_are_short;
    ]
}

fn files_are_small() {
    let sources = source::all();
    let mut sizes: Vec<usize> = sources.iter().map(|s| s.text.lines().count()).collect();
    let long: Vec<String> = sources
        .iter()
        .zip(&sizes)
        .filter(|(_, lines)| **lines > LONGEST_FILE)
        .map(|(source, lines)| format!("{}: {lines} lines", source.path))
        .collect();
    assert!(long.is_empty(), "files of more than {LONGEST_FILE} lines: {long:#?}");
    sizes.sort_unstable();
    let median = sizes[sizes.len() / 2];
    assert!(median <= MEDIAN_FILE, "half of the files have more than {median} lines");
}

fn lines_are_short() {
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

fn functions_are_short() {
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
