use std::fs;
use std::path::{Path, PathBuf};

/// The program of an example. `cargo test` builds the examples before it runs this; when only some
/// targets are named it does not, and then an old program must not pass for the new one.
///
/// # Panics
///
/// When there is no such program, or one of its sources is newer than it.
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

/// What the program was built from: cargo writes it beside it, as a rule of make.
fn sources(program: &Path) -> Vec<PathBuf> {
    let rule = program.with_extension("d");
    let text = fs::read_to_string(&rule).expect("cargo writes what a program was built from");
    let (_, sources) = text.split_once(": ").expect("a rule has a target and its sources");
    let sources = sources.trim_end().replace("\\ ", "\0");
    sources.split(' ').map(|path| PathBuf::from(path.replace('\0', " "))).collect()
}

fn is_newer(source: &Path, program: &Path) -> bool {
    let modified = |path: &Path| fs::metadata(path).and_then(|it| it.modified());
    // A source that is gone was in use when the program was built, and is not in use now.
    modified(source).map_or(true, |at| at > modified(program).expect("it exists"))
}
