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

#[test]
fn no_real_sleep_orders_events() {
    let mut found = Vec::new();
    for source in source::all() {
        if ALLOWED.iter().any(|(path, _)| *path == source.path) {
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
fn every_exception_is_still_needed() {
    let sources = source::all();
    for (path, why) in ALLOWED {
        let source = sources.iter().find(|source| source.path == *path);
        let source = source.unwrap_or_else(|| panic!("{path} is gone ({why})"));
        assert!(source.text.contains("sleep"), "{path} sleeps no more ({why})");
    }
}
