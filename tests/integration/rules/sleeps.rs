use super::source;

/// The files that may wait for a real timer, with the reason why the timer orders no events.
const ALLOWED: &[(&str, &str)] = &[
    ("server/src/clock.rs", "the only implementation of `Clock` with real time"),
    ("server/benches/src/subject/app.rs", "a slow handler: the request states the time"),
    ("server/benches/src/subject/with_hyper.rs", "a peer, written as its documentation shows"),
    ("harness/model/src/actor/supervise.rs", "sleeps on the clock of the actors' world"),
    ("harness/src/world/real_world.rs", "the actors' clock: `At`, slow readers, probes, deadlines"),
    ("sim/src/parity/loopback.rs", "polls the kernel's table, which reports no changes"),
    ("sim/examples/own_service.rs", "a simulated service: its time is virtual"),
    ("sim/tests/it/own_service.rs", "a simulated service: its time is virtual"),
    ("harness/src/world/lag.rs", "measures how late timers fire"),
];

/// Folders in which sleeps are virtual, or belong to servers under judgement.
const FOLDERS: &[(&str, &str)] = &[
    ("server/src/serve/tests/", "virtual time: every test there runs on a paused clock"),
    ("harness/model/src/actor/tests/", "virtual time: a small world on a paused clock"),
    ("sim/src/engine/", "virtual time: the engine makes it"),
    ("sim/src/subject/", "virtual time: simulated servers"),
    ("sim/src/world/", "virtual time: the simulated world has no real timers"),
    ("tests/mutants/", "servers under judgement may sleep"),
    ("tests/submissions/", "servers under judgement may sleep"),
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
            // A method `sleep` of the server's clock is allowed, because tests replace the clock.
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
    assert!(tests > 10, "only {tests} tests have a paused clock: were the files found?");
}

fn every_exception_is_still_needed() {
    let sources = source::all();
    for (path, why) in ALLOWED {
        let source = sources.iter().find(|source| source.path == *path);
        let source = source
            .unwrap_or_else(|| panic!("remove {path} from ALLOWED, the file is gone ({why})"));
        assert!(
            source.text.contains("sleep"),
            "remove {path} from ALLOWED, it does not sleep any more ({why})"
        );
    }
}
