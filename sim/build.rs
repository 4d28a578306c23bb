//! Gives the library the hash of the packages that its runs depend on.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

#[path = "src/trace/engine_version.rs"]
#[expect(unreachable_pub, reason = "the library shows it to everybody")]
mod engine_version;
#[path = "build/lock.rs"]
mod lock;

fn main() {
    println!("cargo:rerun-if-changed=build/lock.rs");
    println!("cargo:rerun-if-changed=src/trace/engine_version.rs");
    let packages = packages();
    // Hashes for both kinds of build. The library uses its own, and a test compares both.
    for (variable, build) in lock::BUILDS {
        let hash = lock::hash(&packages, engine_version::ENGINE_VERSION, build);
        println!("cargo:rustc-env={variable}={hash:08x}");
    }
}

/// The packages of the first lock file that lists the simulator and its dependencies.
fn packages() -> BTreeSet<lock::Package> {
    let mut wrong = Vec::new();
    for path in lock_files() {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        match lock::packages(&text, "lastorders-sim") {
            Ok(packages) => {
                println!("cargo:rerun-if-changed={}", path.display());
                return packages;
            }
            Err(why) => wrong.push(format!("{}: {why}", path.display())),
        }
    }
    panic!("no Cargo.lock says which versions the simulator is built with: {wrong:?}");
}

/// Possible lock files, in this order: our own workspace's, those above the target directory of a
/// workspace that depends on the published package, and the published package's.
fn lock_files() -> impl Iterator<Item = PathBuf> {
    let out = std::env::var_os("OUT_DIR").map(PathBuf::from).unwrap_or_default();
    let above: Vec<_> = out.ancestors().skip(1).map(|dir| dir.join("Cargo.lock")).collect();
    let own = Path::new("../Cargo.lock").to_owned();
    std::iter::once(own).chain(above).chain([PathBuf::from("Cargo.lock")])
}
