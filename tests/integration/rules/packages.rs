//! The published packages, and their metadata.

use std::fs;
use std::process::Command;

use serde::Deserialize;

use super::source::root;

pub(crate) fn tests() -> Vec<crate::trial::Test> {
    crate::tests![
        only_bench_ci_and_tests_stay_unpublished;
        each_published_package_describes_itself;
        links_of_published_readmes_are_absolute;
        no_dependency_needs_a_newer_rust_than_its_package_states;
    ]
}

/// The published packages and their folders.
const PUBLISHED: [(&str, &str); 4] = [
    ("lastorders", "server"),
    ("lastorders-harness", "harness"),
    ("lastorders-model", "harness/model"),
    ("lastorders-sim", "sim"),
];

/// A part of the output of `cargo metadata`.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_members: Vec<String>,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    license: Option<String>,
    description: Option<String>,
    readme: Option<String>,
    documentation: Option<String>,
    keywords: Vec<String>,
    categories: Vec<String>,
    rust_version: Option<String>,
    publish: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    dependencies: Vec<String>,
}

/// The packages for this machine's platform. A build fetches no packages of other platforms.
fn metadata() -> Metadata {
    let rustc = said(Command::new("rustc").arg("-vV"));
    let host =
        rustc.lines().find_map(|line| line.strip_prefix("host: ")).expect("rustc prints its host");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["metadata", "--format-version", "1", "--all-features", "--locked", "--offline"]);
    let text = said(command.args(["--filter-platform", host]).current_dir(root()));
    serde_json::from_str(&text).expect("cargo writes JSON")
}

fn said(command: &mut Command) -> String {
    let output = command.output().expect("the program starts");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("the output is text")
}

fn only_bench_ci_and_tests_stay_unpublished() {
    let metadata = metadata();
    let members = metadata.packages.iter().filter(|it| metadata.workspace_members.contains(&it.id));
    let mut unpublished: Vec<_> =
        members.filter(|it| it.publish.is_some()).map(|it| it.name.as_str()).collect();
    unpublished.sort_unstable();
    assert_eq!(unpublished, ["lastorders-bench", "lastorders-ci", "lastorders-tests"]);
}

fn each_published_package_describes_itself() {
    let metadata = metadata();
    for (name, folder) in PUBLISHED {
        let package = metadata.packages.iter().find(|it| it.name == name).expect(name);
        assert_eq!(package.license.as_deref(), Some("MIT OR Apache-2.0"), "{name}");
        let license = fs::read_to_string(root().join(folder).join("LICENSE")).expect(name);
        let texts = ["MIT License", "Apache License", "Version 2.0, January 2004"];
        assert!(
            texts.iter().all(|text| license.contains(text)),
            "{name}: a license text is missing"
        );
        assert!(package.description.is_some() && package.documentation.is_some(), "{name}");
        assert!(package.readme.is_some() && package.rust_version.is_some(), "{name}");
        assert!((1..=5).contains(&package.keywords.len()), "{name}: {:?}", package.keywords);
        assert!((1..=5).contains(&package.categories.len()), "{name}: {:?}", package.categories);
    }
}

/// A registry shows a README without the repository around it.
fn links_of_published_readmes_are_absolute() {
    for (name, folder) in PUBLISHED {
        let text = fs::read_to_string(root().join(folder).join("README.md")).expect(name);
        let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        let relative: Vec<_> =
            links.filter(|link| !link.starts_with("https://") && !link.starts_with('#')).collect();
        assert!(relative.is_empty(), "{name}: {relative:?}");
    }
}

/// A dependency can break the promise of `rust-version`.
fn no_dependency_needs_a_newer_rust_than_its_package_states() {
    let metadata = metadata();
    let package = |id: &str| metadata.packages.iter().find(|it| it.id == id).expect("a package");
    for (name, _) in PUBLISHED {
        let root = metadata.packages.iter().find(|it| it.name == name).expect(name);
        let stated =
            version(root.rust_version.as_deref().expect("the package states its Rust version"));
        let mut found = vec![root.id.as_str()];
        let mut at = 0;
        while let Some(id) = found.get(at).copied() {
            let node = metadata.resolve.nodes.iter().find(|node| node.id == id).expect("a node");
            for next in &node.dependencies {
                if !found.contains(&next.as_str()) {
                    found.push(next);
                }
            }
            at += 1;
        }
        assert!(found.len() > 20, "{name}: {} packages", found.len());
        for needs in found.into_iter().map(package) {
            let least = needs.rust_version.as_deref().map(version);
            let newer = least.as_ref().is_some_and(|least| *least > stated);
            assert!(!newer, "{name} states Rust {stated:?}, and {} needs {least:?}", needs.name);
        }
    }
}

/// The numbers of `1.94` or `1.94.0`.
fn version(text: &str) -> Vec<u32> {
    let mut numbers: Vec<u32> = text.split('.').map(|it| it.parse().expect("a number")).collect();
    numbers.resize(3, 0);
    numbers
}
