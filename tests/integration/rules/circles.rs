//! Folders of a crate must not import each other in a circle. Files inside a folder may, if
//! ARCHITECTURE.md names the circle with a reason.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use super::source::{self, Source};

/// The folders of the crates' roots.
const CRATES: [&str; 5] =
    ["server/src/", "server/benches/src/", "harness/src/", "harness/model/src/", "sim/src/"];

pub(crate) fn tests() -> Vec<crate::trial::Test> {
    crate::tests![
        no_circle_runs_between_folders;
        circles_inside_a_folder_are_named_in_architecture_md;
        circles_are_found;
    ]
}

fn no_circle_runs_between_folders() {
    let mut found = Vec::new();
    for root in CRATES {
        let files = Crate::of(source::under(&[root]), root);
        let folder = |path: &String| path[root.len()..].split(['/', '.']).next().map(str::to_owned);
        let imports = files.arrows();
        assert!(imports.len() > 100, "{root}: {} imports; the files were not read", imports.len());
        let mut arrows = Arrows::new();
        for (from, to) in imports {
            if let (Some(from), Some(to)) = (folder(&from), folder(&to))
                && from != to
                && !["lib", "main"].contains(&from.as_str())
            {
                arrows.entry(from).or_default().insert(to);
            }
        }
        found.extend(circles(&arrows).into_iter().map(|circle| format!("{root}: {circle:?}")));
    }
    assert!(found.is_empty(), "folders that import each other: {found:#?}");
}

fn circles_inside_a_folder_are_named_in_architecture_md() {
    let mut found = BTreeSet::new();
    for root in CRATES {
        let mut arrows = Arrows::new();
        for (from, to) in Crate::of(source::under(&[root]), root).arrows() {
            arrows.entry(from).or_default().insert(to);
        }
        found.extend(circles(&arrows).into_iter().map(|files| files.join(" ")));
    }
    let text = fs::read_to_string(source::root().join("ARCHITECTURE.md"))
        .expect("ARCHITECTURE.md is readable");
    let named: BTreeSet<String> = named(&text).collect();
    assert_eq!(found, named, "circles of files, and rows of ARCHITECTURE.md");
}

/// The circles in the table of ARCHITECTURE.md. A row is `| circle: a.rs b.rs | reason |`, with
/// each file in backquotes.
fn named(text: &str) -> impl Iterator<Item = String> {
    let rows = text.lines().filter_map(|line| line.strip_prefix("| circle: "));
    rows.filter_map(|row| row.split(" | ").next()).map(|files| files.replace('`', ""))
}

/// From a node to the nodes that it imports.
type Arrows = BTreeMap<String, BTreeSet<String>>;

/// A crate's files by their modules.
struct Crate<'a> {
    modules: BTreeMap<Vec<String>, &'a Source>,
}

impl<'a> Crate<'a> {
    fn of(files: Vec<&'a Source>, root: &str) -> Self {
        let modules = files.into_iter().filter(|file| !is_test(&file.path));
        Self { modules: modules.map(|file| (module(&file.path[root.len()..]), file)).collect() }
    }

    /// Pairs of files: the first imports the second.
    fn arrows(&self) -> BTreeSet<(String, String)> {
        let mut arrows = BTreeSet::new();
        for (module, file) in &self.modules {
            for path in source::imports(file) {
                if let Some(to) = self.resolve(module, &path, 0)
                    && to != file.path
                {
                    arrows.insert((file.path.clone(), to.to_owned()));
                }
            }
        }
        arrows
    }

    /// The file with the definition that `path` names in the module `from`.
    fn resolve(&self, from: &[String], path: &str, depth: usize) -> Option<&'a str> {
        // Exports that refer to each other in a ring define nothing.
        if depth > 8 {
            return None;
        }
        let mut names: Vec<&str> = path.split("::").collect();
        let mut module = from.to_vec();
        match names[0] {
            "crate" => module.clear(),
            "self" => {}
            "super" => {}
            first => {
                module.push(first.to_owned());
                if !self.modules.contains_key(&module) {
                    module.pop();
                    return self.exported(&module, first, depth);
                }
                module.pop();
            }
        }
        while let Some(first @ ("crate" | "self" | "super")) = names.first().copied() {
            if first == "super" {
                module.pop();
            }
            names.remove(0);
        }
        while let Some(name) = names.first() {
            module.push((*name).to_owned());
            if !self.modules.contains_key(&module) {
                module.pop();
                break;
            }
            names.remove(0);
        }
        let file = self.modules.get(&module)?;
        let exported = names.first().and_then(|name| self.exported(&module, name, depth));
        Some(exported.unwrap_or(&file.path))
    }

    /// The file that defines a name which a module hands on by `pub use`.
    fn exported(&self, module: &[String], name: &str, depth: usize) -> Option<&'a str> {
        let exports = source::exports(self.modules.get(module)?);
        let path = exports.into_iter().find(|path| path.rsplit("::").next() == Some(name))?;
        (path != name).then(|| self.resolve(module, &path, depth + 1)).flatten()
    }
}

fn is_test(path: &str) -> bool {
    let folder = ["/tests/", "/testing/"].iter().any(|name| path.contains(name));
    folder || path.ends_with("tests.rs") || path.ends_with("testing.rs")
}

/// The module of a file below the crate's root.
fn module(path: &str) -> Vec<String> {
    let path = path.strip_suffix(".rs").unwrap_or(path);
    let path = path.strip_suffix("/mod").unwrap_or(path);
    if ["lib", "main", "mod"].contains(&path) {
        return Vec::new();
    }
    path.split('/').map(str::to_owned).collect()
}

/// The largest sets of nodes that reach each other.
fn circles(arrows: &Arrows) -> Vec<Vec<String>> {
    let reach = |from: &String| {
        let mut seen = BTreeSet::new();
        let mut next: Vec<&String> = arrows.get(from).into_iter().flatten().collect();
        while let Some(node) = next.pop() {
            if seen.insert(node) {
                next.extend(arrows.get(node).into_iter().flatten());
            }
        }
        seen
    };
    let reached: BTreeMap<_, _> = arrows.keys().map(|node| (node, reach(node))).collect();
    let mut found = BTreeSet::new();
    for (node, seen) in &reached {
        let back = |other: &&&String| reached.get(**other).is_some_and(|it| it.contains(*node));
        let circle: Vec<String> = seen.iter().filter(back).map(|it| (*it).clone()).collect();
        if circle.len() > 1 {
            found.insert(circle);
        }
    }
    found.into_iter().collect()
}

fn circles_are_found() {
    let file = |path: &str, text: &str| Source::new(format!("x/{path}"), text);
    let files = [
        file("lib.rs", "mod a;\nmod b;\nmod c;\nmod d;"),
        file("a/mod.rs", "mod one;\nmod two;\npub use one::One;\nuse crate::c;"),
        file("a/one.rs", "use super::two::Two;\npub struct One(Two);"),
        file("a/two.rs", "use super::One;\nfn f() -> crate::b::B { crate::b::B }\npub struct Two;"),
        file("b.rs", "use crate::a::One;\npub struct B;"),
        file("c.rs", "#[cfg(test)]\nmod tests { use crate::a::One; }"),
        file("d/mod.rs", "mod one;\nuse one::One;"),
        file("d/one.rs", "pub(super) struct One;"),
    ];
    let arrows = Crate::of(files.iter().collect(), "x/").arrows();
    let mut all = Arrows::new();
    for (from, to) in arrows {
        all.entry(from).or_default().insert(to);
    }
    assert_eq!(circles(&all), [["x/a/one.rs", "x/a/two.rs", "x/b.rs"]]);
}
