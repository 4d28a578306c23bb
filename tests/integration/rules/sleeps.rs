use super::source;

/// Where a real timer may be waited for, and why it orders nothing.
const ALLOWED: &[(&str, &str)] = &[
    ("server/src/clock.rs", "the one implementation of `Clock` by real time"),
    ("harness/src/world/client/connection.rs", "a slow reader is slow: the plan says how slow"),
    ("harness/src/world/stage.rs", "`At`, which the plan's language has for load that must last"),
    ("harness/src/world/lag.rs", "measures how late timers fire"),
    ("harness/src/world/visible.rs", "the pace of probes, and the bound on them"),
    ("harness/src/world/carry_out.rs", "the grace and the set-up's bound: deadlines"),
];

/// Whole folders in which a sleep is no real one, or not ours.
const FOLDERS: &[(&str, &str)] = &[
    ("server/src/serve/tests/", "virtual time: every test there runs on a paused clock"),
    ("tests/mutants/", "servers under judgement: what they do is their matter"),
    ("tests/submissions/", "the same"),
];

#[test]
fn no_real_sleep_orders_events() {
    let mut found = Vec::new();
    for source in source::all() {
        let excepted = |(path, _): &(&str, &str)| *path == source.path;
        let lies_in = |(folder, _): &(&str, &str)| source.path.starts_with(folder);
        if ALLOWED.iter().any(excepted) || FOLDERS.iter().any(lies_in) {
            continue;
        }
        for (line, path) in source::paths(&source) {
            let name = path.rsplit("::").next().unwrap_or_default();
            let sleeps = ["sleep", "sleep_until", "sleep_ms"].contains(&name);
            // A sleep of the server's goes through its clock, which tests replace.
            let real = path.contains("time::") || path.contains("thread::") || path == name;
            if sleeps && real {
                found.push(format!("{}:{line} {path}", source.path));
            }
        }
    }
    assert!(found.is_empty(), "wait for a mark, a gate or an event instead: {found:#?}");
}

#[test]
fn the_tests_of_serve_run_on_a_paused_clock() {
    for source in source::under(&["server/src/serve/tests/"]) {
        for (at, line) in source.text.lines().enumerate() {
            let test = line.trim_start().starts_with("#[tokio::test");
            let paused = line.contains("start_paused = true");
            assert!(!test || paused, "{}:{} runs in real time", source.path, at + 1);
        }
    }
}

#[test]
fn every_exception_is_still_needed() {
    let sources = source::all();
    for (path, why) in ALLOWED {
        let source = sources.iter().find(|source| source.path == *path);
        let source = source.unwrap_or_else(|| panic!("{path} is gone ({why})"));
        assert!(source.text.contains("sleep"), "{path} sleeps no more ({why})");
    }
}
