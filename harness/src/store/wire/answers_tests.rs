use super::*;

const OPEN: View = View { gate_is_closed: false, inserting: false };
const CLOSED: View = View { gate_is_closed: true, inserting: false };
const INSERTING: View = View { gate_is_closed: true, inserting: true };

fn message(tag: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).expect("short");
    [&[tag][..], &length.to_be_bytes(), body].concat()
}

fn complete(tag: &str) -> Vec<u8> {
    message(b'C', &[tag.as_bytes(), b"\0"].concat())
}

fn ready(status: u8) -> Vec<u8> {
    message(b'Z', &[status])
}

/// The steps for a stream that arrives `step` bytes at a time: `F` for bytes forwarded, `W` for
/// bytes withheld, `I` and `P` for idle. Adjacent `F`s are merged. Checks that no byte is lost.
fn shape(stream: &[u8], step: usize, view: View) -> String {
    let mut answers = Answers::default();
    let (mut said, mut bytes) = (String::new(), Vec::new());
    for chunk in stream.chunks(step) {
        answers.push(chunk);
        while let Some(answer) = answers.next(view) {
            let letter = match answer {
                Answer::Forward(part) => {
                    bytes.extend_from_slice(&part);
                    'F'
                }
                Answer::Withhold(part) => {
                    bytes.extend_from_slice(&part);
                    'W'
                }
                Answer::Idle => 'I',
                Answer::Paused => 'P',
            };
            if letter != 'F' || !said.ends_with('F') {
                said.push(letter);
            }
        }
    }
    bytes.extend_from_slice(&answers.rest());
    assert_eq!(bytes, stream, "bytes were lost or put out of order");
    said
}

/// A stream from words: `Z…` is `ReadyForQuery` with a status, `1 2 D E G s` are messages of that
/// tag, and every other word is a completed command.
fn stream(script: &str) -> Vec<u8> {
    let one = |word: &str| match word.as_bytes() {
        [b'Z', status] => ready(*status),
        [tag] => message(*tag, b"\0\x01body"),
        _ => complete(word),
    };
    script.split(", ").flat_map(one).collect()
}

#[test]
fn ack_gate_withholds_only_committed_inserts() {
    for (name, script, expected) in [
        ("simple", "INSERT 0 1, ZI", "WI"),
        ("extended, returning", "1, 2, D, INSERT 0 1, ZI", "FWI"),
        ("nothing inserted", "INSERT 0 0, ZI", "FI"),
        ("select", "1, 2, D, SELECT 1, ZI", "FI"),
        ("some rows of many", "2, D, s, ZI", "FI"),
        ("create table", "CREATE TABLE, ZI", "FI"),
        (
            "a transaction in steps",
            "BEGIN, ZT, 1, 2, D, INSERT 0 1, ZT, 2, D, SELECT 1, ZT, COMMIT, ZI",
            "FPFPFPWI",
        ),
        ("rolled back", "INSERT 0 1, ZT, ROLLBACK, ZI", "FPFI"),
        ("to a savepoint", "INSERT 0 1, ZT, ROLLBACK, ZT, COMMIT, ZI", "FPFPWI"),
        ("a transaction that only read", "D, SELECT 1, ZT, COMMIT, ZI", "FPFI"),
        ("a transaction in one segment", "BEGIN, INSERT 0 1, COMMIT, ZI", "FWI"),
        ("undone by a later statement", "INSERT 0 1, E, ZI", "FI"),
        ("an error after the commit", "INSERT 0 1, COMMIT, E, ZI", "WI"),
        ("a failed transaction", "INSERT 0 1, ZT, E, ZE, ROLLBACK, ZI", "FPFPFI"),
        ("copy in", "G, COPY 3, ZI", "FWI"),
        (
            "several in one segment",
            "2, D, INSERT 0 1, ZI, 2, D, SELECT 1, ZI, 2, D, INSERT 0 2, ZI",
            "FWIFIFWI",
        ),
    ] {
        let stream = stream(script);
        for step in 1..=stream.len() {
            assert_eq!(shape(&stream, step, CLOSED), expected, "{name}, in steps of {step}");
            assert!(!shape(&stream, step, OPEN).contains('W'), "{name}, gate open");
        }
    }
}

#[test]
fn ack_gate_recognises_an_insert_by_its_text_if_the_answer_does_not_show_it() {
    for (name, script, expected) in [
        ("one row asked for", "2, D, s, ZI", "FWI"),
        ("the same in a transaction", "2, D, s, ZT, COMMIT, ZI", "FPWI"),
        ("inside a WITH", "2, D, SELECT 1, ZI", "FWI"),
        ("no row", "2, SELECT 0, ZI", "FI"),
        ("undone", "2, D, s, E, ZI", "FI"),
    ] {
        let stream = stream(script);
        for step in 1..=stream.len() {
            assert_eq!(shape(&stream, step, INSERTING), expected, "{name}, in steps of {step}");
        }
    }
}

#[test]
fn ack_gate_passes_an_answer_that_is_too_long_to_hold() {
    let row = message(b'D', &[7; 60_000]);
    let stream = [row.repeat(20), complete("SELECT 20"), ready(b'I')].concat();
    assert_eq!(shape(&stream, 16_384, CLOSED), "FI");
    let stream = [row.repeat(20), complete("INSERT 0 20"), ready(b'I')].concat();
    assert_eq!(shape(&stream, 16_384, CLOSED), "FI");
}

#[test]
fn opening_the_ack_gate_forwards_a_partly_held_answer() {
    let mut answers = Answers::default();
    let bytes = complete("INSERT 0 1");
    answers.push(&bytes);
    assert_eq!(answers.next(CLOSED), None);
    assert_eq!(answers.next(OPEN), Some(Answer::Forward(Bytes::from(bytes))));
    answers.push(&ready(b'I'));
    assert_eq!(answers.next(OPEN), Some(Answer::Forward(Bytes::from(ready(b'I')))));
    assert_eq!(answers.next(OPEN), Some(Answer::Idle));
}

#[test]
fn ack_gate_closed_inside_a_transaction_withholds_its_commit() {
    let mut answers = Answers::default();
    answers.push(&[complete("INSERT 0 1"), ready(b'T')].concat());
    while answers.next(OPEN).is_some() {}
    answers.push(&[complete("COMMIT"), ready(b'I')].concat());
    assert!(matches!(answers.next(CLOSED), Some(Answer::Withhold(_))));
}

#[test]
fn ack_gate_passes_bytes_that_are_not_the_protocol() {
    let stream = [&b"C\0\0\0\x02"[..], &[b'C'; 100]].concat();
    for step in [1, 3, 105] {
        assert_eq!(shape(&stream, step, CLOSED), "F");
    }
}
