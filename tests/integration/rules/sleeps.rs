use super::source;

/// Where a real timer may be waited for, and why it orders nothing.
const ALLOWED: &[(&str, &str)] = &[
    ("server/src/clock.rs", "the one implementation of `Clock` by real time"),
    ("server/benches/src/subject/app.rs", "a slow handler is slow: the request says how slow"),
    ("server/benches/src/subject/with_hyper.rs", "a peer, as its documentation has it"),
    ("harness/model/src/actor/supervise.rs", "sleeps on the clock of whatever world it is given"),
    ("harness/src/world/real_world.rs", "the actors' clock: `At`, slow readers, probes, deadlines"),
    ("sim/src/parity/loopback.rs", "looks at the kernel's table again, which tells of no change"),
    ("sim/examples/own_service.rs", "a service that is simulated: its time is virtual"),
    ("sim/tests/it/own_service.rs", "the same"),
    ("harness/src/world/lag.rs", "measures how late timers fire"),
];

/// Whole folders in which a sleep is no real one, or not ours.
const FOLDERS: &[(&str, &str)] = &[
    ("server/src/serve/tests/", "virtual time: every test there runs on a paused clock"),
    ("harness/model/src/actor/tests/", "virtual time: a small world on a paused clock"),
    ("sim/src/engine/", "virtual time: this is where it is made"),
    ("sim/src/subject/", "virtual time: servers that are simulated"),
    ("sim/src/world/", "virtual time: the simulated world has no other"),
    ("tests/mutants/", "servers under judgement: what they do is their matter"),
    ("tests/submissions/", "the same"),
];

pub(crate) fn tests() -> Vec<crate::trial::Test> {
    crate::tests![
        no_real_sleep_orders_events;
        the_tests_of_serve_sleep_on_a_paused_clock;
        every_exception_is_still_needed;
    ]
}

fn no_real_sleep_orders_events() {
    let mut found = Vec::new();
    for source in source::all() {
        let excepted = |(path, _): &(&str, &str)| *path == source.path;
        let lies_in = |(folder, _): &(&str, &str)| source.path.starts_with(folder);
        if ALLOWED.iter().any(excepted) || FOLDERS.iter().any(lies_in) {
            continue;
        }
        for (line, path) in source::paths(source) {
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

fn the_tests_of_serve_sleep_on_a_paused_clock() {
    let mut tests = 0;
    for source in source::under(&["server/src/serve/tests/"]) {
        for item in &source.file().items {
            let syn::Item::Fn(function) = item else { continue };
            let attributes = function.attrs.iter().map(|attribute| &attribute.meta);
            let attributes = attributes.map(|meta| quote::quote!(#meta).to_string());
            let attributes = attributes.collect::<Vec<_>>().join(" ");
            let block = &function.block;
            let sleeps = quote::quote!(#block).to_string().contains("sleep");
            let real = attributes.contains("test") && !attributes.contains("start_paused");
            let name = &function.sig.ident;
            assert!(!(real && sleeps), "{}: {name} sleeps in real time", source.path);
            tests += usize::from(attributes.contains("start_paused"));
        }
    }
    assert!(tests > 10, "the tests were not found: {tests}");
}

fn every_exception_is_still_needed() {
    let sources = source::all();
    for (path, why) in ALLOWED {
        let source = sources.iter().find(|source| source.path == *path);
        let source = source.unwrap_or_else(|| panic!("{path} is gone ({why})"));
        assert!(source.text.contains("sleep"), "{path} sleeps no more ({why})");
    }
}
