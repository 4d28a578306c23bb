//! Gives the simulator the hash of what its runs depend on.

#[path = "src/trace/engine_version.rs"]
#[expect(unreachable_pub, reason = "the library shows it to everybody")]
mod engine_version;
#[path = "build/lock.rs"]
mod lock;

fn main() {
    println!("cargo:rerun-if-changed=../Cargo.lock");
    println!("cargo:rerun-if-changed=build/lock.rs");
    println!("cargo:rerun-if-changed=src/trace/engine_version.rs");
    let text = std::fs::read_to_string("../Cargo.lock")
        .expect("the simulator is built in its workspace, whose Cargo.lock is checked in");
    let packages = lock::packages(&text, "lastorders-sim")
        .unwrap_or_else(|error| panic!("failed to read ../Cargo.lock: {error}"));
    // Both builds' hashes: the library takes its own, and its tests compare the two.
    for (variable, build) in lock::BUILDS {
        let hash = lock::hash(&packages, engine_version::ENGINE_VERSION, build);
        println!("cargo:rustc-env={variable}={hash:08x}");
    }
}
