use std::fs;
use std::path::{Path, PathBuf};

/// Returns the path of an example's program.
///
/// `cargo test` builds the examples before it runs this. With only some targets named, it does not
/// build them, and an old program must not pass for the new one.
///
/// # Panics
///
/// When the program does not exist, or one of its sources is newer.
pub(crate) fn program(name: &str) -> PathBuf {
    let this = std::env::current_exe().expect("a process knows its program");
    let profile = this.ancestors().nth(2).expect("tests lie in <profile>/deps");
    let program = profile.join("examples").join(name);
    let fix = format!("cargo build -p lastorders --all-features --example {name}");
    assert!(program.is_file(), "{} does not exist; build it: {fix}", program.display());
    let newer = sources(&program).into_iter().find(|source| is_newer(source, &program));
    if let Some(source) = newer {
        panic!("{} is older than {}; build it: {fix}", program.display(), source.display());
    }
    program
}

/// The sources of the program. Cargo writes them to a make rule next to the program.
fn sources(program: &Path) -> Vec<PathBuf> {
    let rule = program.with_extension("d");
    let text = fs::read_to_string(&rule).expect("cargo writes what a program was built from");
    let (_, sources) = text.split_once(": ").expect("a rule has a target and its sources");
    let sources = sources.trim_end().replace("\\ ", "\0");
    sources.split(' ').map(|path| PathBuf::from(path.replace('\0', " "))).collect()
}

fn is_newer(source: &Path, program: &Path) -> bool {
    let modified = |path: &Path| fs::metadata(path).and_then(|it| it.modified());
    // A missing source was used when the program was built, so the program is old.
    modified(source).map_or(true, |at| at > modified(program).expect("the program exists"))
}
