//! Compares the machine with each cell of the table in the module's documentation.

use std::collections::BTreeMap;

use super::{ConnInput, Effect, INPUTS, NONE, after};

const DOCUMENT: &str = include_str!("../mod.rs");

/// The inputs that lead to each state. A state with a body or a stream has an open one.
fn ways() -> Vec<(&'static str, Vec<ConnInput>)> {
    use ConnInput::{
        BytesRead, CloseBegan, Flushed, Gone, PrefaceRead, RequestStarted, ResponseEnded, Upgraded,
        WriteShut,
    };
    let started = RequestStarted { has_body: false };
    let early = vec![RequestStarted { has_body: true }, ResponseEnded, Flushed];
    vec![
        ("New", vec![]),
        ("ReadingHead", [early, vec![BytesRead]].concat()),
        ("Active", vec![started]),
        ("Idle", vec![started, ResponseEnded, Flushed]),
        ("Http2", vec![PrefaceRead, started]),
        ("Upgraded", vec![started, Upgraded]),
        ("Closing", vec![started, ResponseEnded, Flushed, CloseBegan]),
        ("Lingering", vec![PrefaceRead, started, WriteShut]),
        ("Closed", vec![PrefaceRead, started, Gone]),
    ]
}

/// The rows with four columns. The keys are state and input, the values next state and effect.
fn rows() -> BTreeMap<(String, String), (String, String)> {
    let cells = |line: &str| -> Option<Vec<String>> {
        let row = line.strip_prefix("//! | `")?;
        Some(row.split('|').map(|cell| cell.trim().replace('`', "")).collect())
    };
    let rows = DOCUMENT.lines().filter_map(cells).filter(|cells| cells.len() == 5);
    let rows = rows.map(|cells| {
        let [state, input, next, effect] = [0, 1, 2, 3].map(|at: usize| cells[at].clone());
        ((state, input), (next, effect))
    });
    rows.collect()
}

/// The name of a variant without its fields.
fn name(debug: &str) -> String {
    debug.chars().take_while(char::is_ascii_alphanumeric).collect()
}

fn words(effect: Effect) -> String {
    let tell = effect.tell.map(|input| format!("tell {input:?}"));
    let words = [
        effect.started.map(|_| "request started".to_owned()),
        (effect.ended > 0).then(|| "request ended".to_owned()),
        tell,
        effect.wake.then(|| "wake".to_owned()),
        effect.unlisted.then(|| "off the list".to_owned()),
    ];
    words.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

#[test]
fn documented_transitions_are_those_of_the_machine() {
    let mut rows = rows();
    assert!(rows.len() > 40, "only {} rows were found", rows.len());
    for (state, way) in ways() {
        for input in INPUTS {
            let mut connection = after(&way);
            if input == ConnInput::Flushed {
                connection.handle(NONE, ConnInput::ResponseEnded);
                if matches!(state, "Http2" | "Lingering" | "Closed") {
                    // `ResponseEnded` has already ended the request in these states.
                    continue;
                }
            }
            assert_eq!(name(&format!("{:?}", connection.state)), state, "{way:?}");
            let effect = connection.handle(NONE, input);
            let next = name(&format!("{:?}", connection.state));
            let key = (state.to_owned(), name(&format!("{input:?}")));
            let unchanged = (state.to_owned(), String::new());
            let expected = rows.get(&key).cloned().unwrap_or(unchanged);
            assert_eq!((next, words(effect)), expected, "{key:?}");
        }
    }
    rows.retain(|(state, _), _| !ways().iter().any(|(known, _)| known == state));
    assert!(rows.is_empty(), "rows of no state: {rows:?}");
}
