//! The part of `Cargo.lock` that can change a simulated run. The build script uses it, and
//! `src/trace/lock.rs` tests it.

use std::collections::{BTreeMap, BTreeSet};

/// Packages that run inside a simulation and can change the order of its events. A hash of the
/// whole file would invalidate all golden hashes with every new dependency of the judge. Packages
/// that only encode, log or parse arguments are absent on purpose. A name may be missing in the
/// dependency graph, because subjects change.
const MATTERS: &[&str] = &[
    "atomic-waker",
    "axum",
    "axum-core",
    "axum-server",
    "bytes",
    "fastrand",
    "futures-channel",
    "futures-core",
    "futures-util",
    "h2",
    "hashbrown",
    "http",
    "http-body",
    "http-body-util",
    "httparse",
    "hyper",
    "hyper-util",
    "indexmap",
    "proptest",
    "rand",
    "rand_chacha",
    "rand_core",
    "siphasher",
    "slab",
    "tokio",
    "tokio-stream",
    "tokio-util",
    "tower",
    "tower-layer",
    "tower-service",
    "turmoil",
    "turmoil-net",
    "want",
];

/// A walk that does not find this package is wrong.
const ALWAYS: &str = "tokio";

/// A package that matters: name, version, checksum.
pub(crate) type Package = (String, String, String);

/// The packages that matter among all dependencies of `root`, in order.
///
/// # Errors
///
/// If the text is not a lock file, or the graph does not lead from the root to tokio.
pub(crate) fn packages(lock: &str, root: &str) -> Result<BTreeSet<Package>, String> {
    let table: toml::Table = lock.parse().map_err(|error: toml::de::Error| error.to_string())?;
    let all = table.get("package").and_then(toml::Value::as_array).ok_or("it has no packages")?;
    let mut by_name: BTreeMap<&str, Vec<&toml::Value>> = BTreeMap::new();
    for package in all {
        by_name.entry(text(package, "name")?).or_default().push(package);
    }
    let mut found = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut open = vec![root.to_owned()];
    while let Some(dependency) = open.pop() {
        if !seen.insert(dependency.clone()) {
            continue;
        }
        // `name`, or `name version` if there are several versions. `(source)` may follow.
        let mut words = dependency.split(' ');
        let (name, version) = (words.next().unwrap_or_default(), words.next());
        for package in by_name.get(name).ok_or(format!("{name} is not in it"))? {
            if version.is_some_and(|version| text(package, "version") != Ok(version)) {
                continue;
            }
            if MATTERS.contains(&name) {
                let checksum = text(package, "checksum").unwrap_or_default();
                let version = text(package, "version")?;
                found.insert((name.to_owned(), version.to_owned(), checksum.to_owned()));
            }
            let next = package.get("dependencies").and_then(toml::Value::as_array);
            let next = next.into_iter().flatten().filter_map(toml::Value::as_str);
            open.extend(next.map(str::to_owned));
        }
    }
    if !found.iter().any(|(name, ..)| name == ALWAYS) {
        return Err(format!("{root} does not lead to {ALWAYS}"));
    }
    Ok(found)
}

/// Whether the server is built with `--cfg lastorders_sim`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Build {
    /// With the cfg: injected bugs and rare paths can be selected.
    Injected,
    /// Without the cfg.
    Plain,
}

/// Both builds, each with the variable that carries its hash from the build script to the library.
pub(crate) const BUILDS: [(&str, Build); 2] = [
    ("LASTORDERS_SIM_LOCK_INJECTED", Build::Injected),
    ("LASTORDERS_SIM_LOCK_PLAIN", Build::Plain),
];

/// FNV-1a over the packages, the engine's version and the kind of build, folded to 32 bits.
pub(crate) fn hash(packages: &BTreeSet<Package>, engine: u32, build: Build) -> u32 {
    let lines = packages.iter().map(|(name, version, sum)| format!("{name} {version} {sum}\n"));
    let build = match build {
        // The build of `cargo sim` keeps the hash that it had before there were two builds.
        Build::Injected => "",
        Build::Plain => "build plain\n",
    };
    let end = [format!("engine {engine}\n"), build.to_owned()];
    let text = lines.chain(end).collect::<String>();
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    (hash >> 32) as u32 ^ hash as u32
}

fn text<'a>(package: &'a toml::Value, key: &str) -> Result<&'a str, String> {
    let value = package.get(key).and_then(toml::Value::as_str);
    value.ok_or_else(|| format!("a package has no {key}"))
}
