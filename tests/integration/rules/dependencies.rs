use std::fs;

use super::source;

fn manifest(package: &str) -> toml::Table {
    let path = source::root().join(package).join("Cargo.toml");
    let text = fs::read_to_string(&path).expect("every package has a manifest");
    text.parse().expect("a manifest is TOML")
}

fn dependencies(package: &str) -> Vec<String> {
    let manifest = manifest(package);
    let tables = ["dependencies", "dev-dependencies", "build-dependencies"];
    let found = tables.iter().filter_map(|table| manifest.get(*table)?.as_table());
    found.flat_map(|table| table.keys().cloned()).collect()
}

pub(crate) fn tests() -> Vec<crate::trial::Test> {
    crate::tests![
        the_harness_never_depends_on_the_server;
        the_model_depends_on_no_async_runtime;
        the_simulator_depends_on_the_model_and_the_server;
        the_server_depends_on_no_crate_of_this_workspace;
        only_the_benchmarks_depend_on_peers;
        only_the_workspace_states_versions_of_dependencies;
        the_pure_parts_do_no_io;
        the_actors_use_no_clock_socket_or_process;
        the_drain_depends_only_on_std;
    ]
}

fn the_harness_never_depends_on_the_server() {
    for (package, allowed) in [("harness", &["lastorders-model"][..]), ("harness/model", &[])] {
        let names = dependencies(package);
        assert!(names.contains(&"serde".to_owned()), "the manifest was not read: {names:?}");
        let ours: Vec<_> = names.iter().filter(|name| name.starts_with("lastorders")).collect();
        assert_eq!(ours, allowed, "{package}: the judge must see the server only from outside");
    }
}

fn the_simulator_depends_on_the_model_and_the_server() {
    let names = dependencies("sim");
    let ours: Vec<_> = names.iter().filter(|name| name.starts_with("lastorders")).collect();
    assert_eq!(ours, ["lastorders", "lastorders-model"]);
}

/// Packages that would give the model a network, a clock, processes or a database.
const RUNTIMES: &[&str] = &["hyper", "libc", "reqwest", "rustix", "sqlx", "testcontainers"];

/// Without a feature the model has no async runtime. With `actors` it has only tokio's streams and
/// locks.
fn the_model_depends_on_no_async_runtime() {
    let model = manifest("harness/model");
    let table = model["dependencies"].as_table().expect("the model has dependencies");
    for (name, value) in table {
        assert!(!RUNTIMES.contains(&name.as_str()), "the model depends on {name}");
        let field = |key: &str| value.get(key);
        assert!(field("features").is_none(), "{name} has features beyond the workspace's");
        if name == "tokio" {
            assert_eq!(field("optional").and_then(toml::Value::as_bool), Some(true));
        }
    }
    let workspace = manifest(".");
    let tokio = &workspace["workspace"]["dependencies"]["tokio"]["features"];
    let tokio: Vec<_> = tokio
        .as_array()
        .expect("tokio's features are a list")
        .iter()
        .map(toml::Value::as_str)
        .collect();
    assert_eq!(tokio, [Some("io-util"), Some("macros"), Some("sync")]);
}

fn the_server_depends_on_no_crate_of_this_workspace() {
    let names = dependencies("server");
    assert!(names.contains(&"hyper".to_owned()), "the manifest was not read: {names:?}");
    let ours: Vec<_> = names.iter().filter(|name| name.starts_with("lastorders")).collect();
    assert!(ours.is_empty(), "{ours:?}");
}

fn only_the_benchmarks_depend_on_peers() {
    let is_for_them = |name: &String| name == "axum-server" || name == "lastorders-bench";
    assert!(dependencies("server/benches").iter().any(is_for_them), "the manifest was not read");
    for package in ["server", "harness", "harness/model", "tests", "ci"] {
        let found: Vec<_> = dependencies(package).into_iter().filter(is_for_them).collect();
        assert!(found.is_empty(), "{package} depends on {found:?}");
    }
}

fn only_the_workspace_states_versions_of_dependencies() {
    for package in ["server", "server/benches", "harness", "harness/model", "sim", "tests", "ci"] {
        let manifest = manifest(package);
        for table in ["dependencies", "dev-dependencies"] {
            let Some(table) = manifest.get(table).and_then(toml::Value::as_table) else { continue };
            for (name, value) in table {
                let inherits = value.get("workspace").and_then(toml::Value::as_bool);
                assert_eq!(inherits, Some(true), "{package}: {name} has a version of its own");
            }
        }
    }
}

/// Paths that begin with one of these are I/O, a clock, or a runtime.
const IMPURE: &[&str] = &[
    "std::fs",
    "std::net",
    "std::process",
    "std::thread",
    "std::env",
    "std::time::Instant",
    "std::time::SystemTime",
    "std::io::stdin",
    "std::io::stdout",
    "std::io::stderr",
    "std::os",
    "tokio",
    "sqlx",
    "hyper",
    "reqwest",
    "rustix",
    "libc",
    "axum",
    "tracing",
    "Instant::now",
    "SystemTime::now",
    "println",
    "eprintln",
];

fn the_pure_parts_do_no_io() {
    let mut found = Vec::new();
    for source in source::under(&["server/src/drain/", "harness/model/src/"]) {
        // Another rule checks the actors.
        if source.path.starts_with("harness/model/src/actor/") {
            continue;
        }
        for (line, path) in source::paths(source) {
            let is = |impure: &&&str| path == **impure || path.starts_with(&format!("{impure}::"));
            if let Some(impure) = IMPURE.iter().find(is) {
                found.push(format!("{}:{line} uses {impure}", source.path));
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

/// Paths that belong to one world. The actors run in any world, so of tokio they may use only
/// streams and ways to wait.
const OF_ONE_WORLD: &[&str] = &[
    "tokio::fs",
    "tokio::net",
    "tokio::process",
    "tokio::signal",
    "tokio::spawn",
    "tokio::task",
    "tokio::time",
    "std::collections::HashMap",
    "std::collections::HashSet",
];

fn the_actors_use_no_clock_socket_or_process() {
    let impure = IMPURE.iter().filter(|path| **path != "tokio").chain(OF_ONE_WORLD);
    let impure: Vec<_> = impure.collect();
    let mut found = Vec::new();
    for source in source::under(&["harness/model/src/actor/"]) {
        // The tests contain a world of their own, with a paused clock.
        if source.path.contains("/tests/") {
            continue;
        }
        for (line, path) in source::paths(source) {
            let is =
                |impure: &&&&str| path == ***impure || path.starts_with(&format!("{}::", **impure));
            if let Some(impure) = impure.iter().find(is) {
                found.push(format!("{}:{line} uses {impure}", source.path));
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

fn the_drain_depends_only_on_std() {
    let crates = dependencies("server");
    let crates: Vec<String> = crates.iter().map(|name| name.replace('-', "_")).collect();
    let mut found = Vec::new();
    for source in source::under(&["server/src/drain/"]) {
        // The tests draw their inputs from proptest.
        if source.path.contains("/tests/") {
            continue;
        }
        for (line, path) in source::paths(source) {
            let first = path.split("::").next().unwrap_or_default();
            let elsewhere = path.starts_with("crate::") && !path.starts_with("crate::drain");
            if crates.iter().any(|name| name == first) || elsewhere {
                found.push(format!("{}:{line} uses {path}", source.path));
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}
