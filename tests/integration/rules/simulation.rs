use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};

use super::source::{self, Source};

/// The flag of rustc that builds the server with injected bugs and rare paths.
const CFG: &str = "lastorders_sim";

/// The files that may contain the flag. The modules `injected` and `buggify` do not need it,
/// because `lib.rs` leaves them out of other builds.
const CFG_FILES: &[(&str, &str)] = &[
    ("server/src/lib.rs", "declares the modules `injected` and `buggify`"),
    ("server/src/hooks/mod.rs", "chooses between the hooks and the pass-throughs"),
    ("server/src/reference/program.rs", "the program reads which bug to inject"),
];

/// The files that may name the modules `injected` and `buggify`.
const USERS: &[(&str, &str)] = &[
    ("server/src/injected.rs", "the module itself"),
    ("server/src/buggify.rs", "the module itself"),
    ("server/src/hooks/", "the places of the bugs and the rare paths"),
    ("server/src/reference/program.rs", "the program reads which bug to inject"),
];

/// The module whose documentation lists the files that use it.
const HOOKS: &str = "server/src/hooks/mod.rs";

pub(crate) fn tests() -> Vec<crate::trial::Test> {
    crate::tests![
        the_simulation_cfg_stands_only_in_its_modules;
        only_hooks_name_injected_bugs_and_rare_paths;
        the_hooks_documentation_lists_the_files_that_use_them;
        uses_of_simulation_code_are_found;
    ]
}

fn the_simulation_cfg_stands_only_in_its_modules() {
    let found: BTreeSet<_> =
        server().filter(|source| has_cfg(source)).map(|source| source.path.as_str()).collect();
    let allowed: BTreeSet<_> = CFG_FILES.iter().map(|(path, _)| *path).collect();
    assert_eq!(
        found, allowed,
        "server files with `{CFG}` on the left, the allowed files on the right"
    );
}

fn only_hooks_name_injected_bugs_and_rare_paths() {
    let mut found = Vec::new();
    for source in server().filter(|source| !is_under(source, USERS)) {
        found.extend(uses(source, &["injected", "buggify"]));
    }
    assert!(found.is_empty(), "call a function of `hooks` instead: {found:#?}");
}

fn the_hooks_documentation_lists_the_files_that_use_them() {
    let outside = server().filter(|source| !source.path.starts_with("server/src/hooks/"));
    let found: BTreeSet<_> = outside
        .filter(|source| !uses(source, &["hooks"]).is_empty())
        .map(|source| source.path.clone())
        .collect();
    let hooks = source::all().iter().find(|source| source.path == HOOKS).expect("the hooks");
    let listed: BTreeSet<_> = listed_files(&hooks.text).collect();
    assert!(!listed.is_empty(), "{HOOKS} has no table of files");
    assert_eq!(found, listed, "files that use hooks on the left, the list in {HOOKS} on the right");
}

fn uses_of_simulation_code_are_found() {
    let cfg = [
        ("#[cfg(lastorders_sim)]\nfn f() {}", true),
        ("const F: bool = cfg!(not(lastorders_sim));", true),
        ("fn f() { g!(#[cfg(all(unix, lastorders_sim))] h); }", true),
        ("/// Only with `--cfg lastorders_sim`.\nfn f() {}", false),
        ("const F: &str = \"lastorders_sim\";", false),
    ];
    for (text, expected) in cfg {
        assert_eq!(has_cfg(&Source::new("case.rs", text)), expected, "{text}");
    }
    let uses_of_injected = [
        ("use crate::injected::InjectedBug;", 1),
        ("use crate::{clock, injected::InjectedBug};", 1),
        ("use super::super::injected;", 1),
        ("fn f() { crate::injected::process_wide(); }", 1),
        ("fn f() { g!(crate::injected::bug()); }", 1),
        ("/// See crate::injected.\nfn f() {}", 0),
        ("mod injected { fn f() {} }\nfn g() { tests::injected::f(); }", 0),
    ];
    for (text, count) in uses_of_injected {
        let found = uses(&Source::new("case.rs", text), &["injected"]);
        let lines: BTreeSet<_> = found.iter().collect();
        assert_eq!(lines.len(), count, "{text}: {found:?}");
    }
    let table = "//! Files:\n//!\n//! | file | where |\n//! |---|---|\n//! | `a/b.rs` | reads |\n";
    assert_eq!(listed_files(table).collect::<Vec<_>>(), ["server/src/a/b.rs"]);
}

fn server() -> impl Iterator<Item = &'static Source> {
    source::under(&["server/src/"]).into_iter()
}

fn is_under(source: &Source, places: &[(&str, &str)]) -> bool {
    places.iter().any(|(path, _)| source.path.starts_with(path))
}

fn has_cfg(source: &Source) -> bool {
    fn find(tokens: TokenStream) -> bool {
        tokens.into_iter().any(|token| match token {
            TokenTree::Ident(ident) => ident == CFG,
            TokenTree::Group(group) => find(group.stream()),
            TokenTree::Punct(_) | TokenTree::Literal(_) => false,
        })
    }
    find(source.text.parse().expect("the file is Rust"))
}

/// Paths from `crate` or `super` into one of these modules of the crate.
fn uses(source: &Source, modules: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for (line, path) in source::paths(source) {
        let mut names = path.split("::").skip_while(|name| ["crate", "super"].contains(name));
        let relative = path.starts_with("crate::") || path.starts_with("super::");
        if relative && names.next().is_some_and(|name| modules.contains(&name)) {
            found.push(format!("{}:{line} names a module of {modules:?}", source.path));
        }
    }
    found
}

/// The files in the first column of a table in documentation.
fn listed_files(text: &str) -> impl Iterator<Item = String> {
    let rows = text.lines().filter_map(|line| line.strip_prefix("//! | `"));
    let files = rows.filter_map(|row| row.split('`').next()).filter(|name| name.ends_with(".rs"));
    files.map(|name| format!("server/src/{name}"))
}
