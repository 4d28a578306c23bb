use std::cell::OnceCell;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::TokenStream;
use syn::visit::Visit;

/// A Rust file of the workspace.
pub(super) struct Source {
    /// The path from the workspace's root, with slashes.
    pub(super) path: String,
    pub(super) text: String,
    file: OnceCell<syn::File>,
}

impl Source {
    pub(super) fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into(), file: OnceCell::new() }
    }

    /// The syntax tree, parsed at the first call.
    pub(super) fn file(&self) -> &syn::File {
        self.file.get_or_init(|| syn::parse_file(&self.text).expect("the file is Rust"))
    }
}

pub(crate) fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("the package lies in the workspace").to_owned()
}

/// Every Rust file of the workspace's packages. Each thread reads them once, because a syntax tree
/// cannot leave its thread.
pub(super) fn all() -> &'static [Source] {
    thread_local! {
        static ALL: OnceCell<&'static [Source]> = const { OnceCell::new() };
    }
    ALL.with(|all| *all.get_or_init(|| Vec::leak(read())))
}

fn read() -> Vec<Source> {
    let mut found = Vec::new();
    for package in ["server", "harness", "sim", "tests", "ci"] {
        walk(&root().join(package), &mut found);
    }
    assert!(found.len() > 50, "the walk found only {} files", found.len());
    found
}

/// The files under these folders. Each folder must contain a file.
pub(super) fn under(folders: &[&str]) -> Vec<&'static Source> {
    let all = all();
    for folder in folders {
        assert!(all.iter().any(|s| s.path.starts_with(folder)), "nothing is in {folder}");
    }
    all.iter().filter(|s| folders.iter().any(|f| s.path.starts_with(f))).collect()
}

fn walk(folder: &Path, found: &mut Vec<Source>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name();
        if path.is_dir() && name != "node_modules" && name != "target" {
            walk(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("the file is text");
            let path = path
                .strip_prefix(root())
                .expect("the path lies below the root")
                .display()
                .to_string();
            found.push(Source::new(path, text));
        }
    }
}

/// Every path (`a::b::c`) in a file's code with its line, including paths in `use` and in macros.
/// Modules under `#[cfg(test)]` are left out.
pub(super) fn paths(source: &Source) -> Vec<(usize, String)> {
    let mut visitor = Paths { found: Vec::new(), exports: Exports::Included };
    visitor.visit_file(source.file());
    visitor.found
}

/// Every path that a file uses itself: the paths of [`paths`] without those that the file only
/// re-exports.
pub(super) fn imports(source: &Source) -> Vec<String> {
    let mut visitor = Paths { found: Vec::new(), exports: Exports::LeftOut };
    visitor.visit_file(source.file());
    visitor.found.into_iter().map(|(_, path)| path).collect()
}

/// The paths that a file re-exports with `pub use`.
pub(super) fn exports(source: &Source) -> Vec<String> {
    let mut visitor = Paths { found: Vec::new(), exports: Exports::Included };
    for item in &source.file().items {
        if let syn::Item::Use(item) = item
            && !matches!(item.vis, syn::Visibility::Inherited)
        {
            visitor.tree("", &item.tree);
        }
    }
    visitor.found.into_iter().map(|(_, path)| path).collect()
}

struct Paths {
    found: Vec<(usize, String)>,
    exports: Exports,
}

/// Whether paths in `pub use` count.
#[derive(PartialEq)]
enum Exports {
    Included,
    LeftOut,
}

impl Paths {
    fn tree(&mut self, prefix: &str, tree: &syn::UseTree) {
        let join = |ident: &syn::Ident| {
            if prefix.is_empty() { ident.to_string() } else { format!("{prefix}::{ident}") }
        };
        match tree {
            syn::UseTree::Path(path) => self.tree(&join(&path.ident), &path.tree),
            syn::UseTree::Name(name) => self.add(&name.ident, join(&name.ident)),
            syn::UseTree::Rename(name) => self.add(&name.ident, join(&name.ident)),
            syn::UseTree::Glob(_) => self.found.push((0, prefix.to_owned())),
            syn::UseTree::Group(group) => {
                for tree in &group.items {
                    self.tree(prefix, tree);
                }
            }
        }
    }

    fn add(&mut self, at: &syn::Ident, path: String) {
        self.found.push((at.span().start().line, path));
    }

    /// Finds paths in a macro's arguments, which have no syntax tree.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path = String::new();
        for token in tokens {
            match token {
                proc_macro2::TokenTree::Ident(ident) if path.is_empty() || path.ends_with("::") => {
                    path.push_str(&ident.to_string());
                    self.found.push((ident.span().start().line, path.clone()));
                }
                proc_macro2::TokenTree::Punct(punct) if punct.as_char() == ':' => path.push(':'),
                proc_macro2::TokenTree::Group(group) => {
                    path.clear();
                    self.tokens(group.stream());
                }
                proc_macro2::TokenTree::Ident(ident) => path = ident.to_string(),
                proc_macro2::TokenTree::Punct(_) | proc_macro2::TokenTree::Literal(_) => {
                    path.clear();
                }
            }
        }
    }
}

fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.meta.require_list().is_ok_and(|list| {
                let tokens = list.tokens.to_string();
                tokens == "test" || tokens.starts_with("all (test ,")
            })
    })
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if !is_test(&module.attrs) {
            syn::visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let is_export = !matches!(item.vis, syn::Visibility::Inherited);
        if !is_export || self.exports == Exports::Included {
            self.tree("", &item.tree);
        }
    }

    /// Skips the path in `pub(super)`, which is a visibility and no import.
    fn visit_vis_restricted(&mut self, _: &'ast syn::VisRestricted) {}

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names: Vec<String> = path.segments.iter().map(|s| s.ident.to_string()).collect();
        if let Some(first) = path.segments.first() {
            self.add(&first.ident, names.join("::"));
        }
        syn::visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, invoked: &'ast syn::Macro) {
        self.tokens(invoked.tokens.clone());
        syn::visit::visit_macro(self, invoked);
    }
}
