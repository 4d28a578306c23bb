//! The program that users build has no injected bugs: `cargo build --workspace --all-features`
//! yields a `lastorders-server` in which no environment variable can select one.
//!
//! Only the bug's name in `LASTORDERS_INJECT` selects a bug, so the tests search the binary for
//! these texts.

use lastorders_sim::bugs::Bug;

use crate::built::program;

/// The variable that selects a bug.
const VARIABLE: &str = "LASTORDERS_INJECT";

/// A variable that every build reads. A search that misses this name searched the wrong bytes.
const ALWAYS_READ: &str = "LASTORDERS_DEADLINE";

/// The names of the server's bugs. `canary` is left out, because other code may use the word.
fn names() -> Vec<&'static str> {
    let in_server = Bug::ALL.into_iter().filter(|bug| bug.is_in_server()).map(|bug| bug.name);
    in_server.filter(|name| name.contains('-')).collect()
}

/// The texts that the server's binary contains.
fn found(texts: &[&'static str]) -> Vec<&'static str> {
    let path = program("lastorders-server");
    let binary = std::fs::read(&path)
        .unwrap_or_else(|error| panic!("failed to read {}: {error}", path.display()));
    let binary = String::from_utf8_lossy(&binary);
    let is_in = |text: &str| binary.contains(text);
    assert!(is_in(ALWAYS_READ), "{ALWAYS_READ} is not in {}", path.display());
    texts.iter().copied().filter(|text| is_in(text)).collect()
}

pub(crate) fn tests() -> Vec<crate::trial::Test> {
    #[cfg(not(lastorders_sim))]
    return crate::tests![no_variable_and_no_bug_is_named_in_the_server_that_users_build;];
    #[cfg(lastorders_sim)]
    return crate::tests![
        the_variable_and_every_bug_are_named_in_the_server_with_injected_bugs;
    ];
}

#[cfg(not(lastorders_sim))]
fn no_variable_and_no_bug_is_named_in_the_server_that_users_build() {
    let names = names();
    assert!(names.len() > 10, "the list of bugs lacks most bugs: {names:?}");
    let found = found(&[&[VARIABLE][..], &names].concat());
    assert!(found.is_empty(), "the server is built with injected bugs: {found:?}");
}

#[cfg(lastorders_sim)]
fn the_variable_and_every_bug_are_named_in_the_server_with_injected_bugs() {
    let all = [&[VARIABLE][..], &names()].concat();
    assert_eq!(found(&all), all);
}
