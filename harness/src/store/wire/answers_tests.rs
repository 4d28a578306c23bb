use super::*;

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

/// What is said of a stream that arrives `step` bytes at a time: `F` for bytes forwarded, `W` for
/// bytes withheld, `I` and `P` for rest. Neighbouring `F`s are one. Checks that no byte is lost.
fn shape(stream: &[u8], step: usize, closed: bool) -> String {
    let mut answers = Answers::default();
    let (mut said, mut bytes) = (String::new(), Vec::new());
    for chunk in stream.chunks(step) {
        answers.push(chunk);
        while let Some(answer) = answers.next(closed) {
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

fn extended(tag: &str) -> Vec<u8> {
    [message(b'1', b""), message(b'2', b""), message(b'D', b"\0\x01row"), complete(tag)].concat()
}

#[test]
fn only_a_committed_insert_is_withheld() {
    let cases: [(&str, Vec<Vec<u8>>, &str); 14] = [
        ("simple insert", vec![complete("INSERT 0 1"), ready(b'I')], "WI"),
        ("extended, returning", vec![extended("INSERT 0 1"), ready(b'I')], "FWI"),
        ("nothing inserted", vec![complete("INSERT 0 0"), ready(b'I')], "FI"),
        ("select", vec![extended("SELECT 1"), ready(b'I')], "FI"),
        ("create table", vec![complete("CREATE TABLE"), ready(b'I')], "FI"),
        (
            "a transaction in steps",
            vec![
                complete("BEGIN"),
                ready(b'T'),
                extended("INSERT 0 1"),
                ready(b'T'),
                extended("SELECT 1"),
                ready(b'T'),
                complete("COMMIT"),
                ready(b'I'),
            ],
            "FPFPFPWI",
        ),
        (
            "a transaction rolled back",
            vec![extended("INSERT 0 1"), ready(b'T'), complete("ROLLBACK"), ready(b'I')],
            "FPFI",
        ),
        (
            "a transaction that only read",
            vec![extended("SELECT 1"), ready(b'T'), complete("COMMIT"), ready(b'I')],
            "FPFI",
        ),
        (
            "a transaction in one segment",
            vec![complete("BEGIN"), complete("INSERT 0 1"), complete("COMMIT"), ready(b'I')],
            "FWI",
        ),
        (
            "an insert that a later statement undoes",
            vec![complete("INSERT 0 1"), message(b'E', b"SERROR\0\0"), ready(b'I')],
            "FI",
        ),
        (
            "an error after the commit",
            vec![
                complete("INSERT 0 1"),
                complete("COMMIT"),
                message(b'E', b"SERROR\0\0"),
                ready(b'I'),
            ],
            "WI",
        ),
        (
            "a failed transaction",
            vec![complete("INSERT 0 1"), ready(b'T'), message(b'E', b"\0"), ready(b'E')],
            "FPFP",
        ),
        ("copy in", vec![message(b'G', b"\0\0\0"), complete("COPY 3"), ready(b'I')], "FWI"),
        (
            "pipelined with a select",
            vec![
                extended("INSERT 0 1"),
                ready(b'I'),
                extended("SELECT 1"),
                ready(b'I'),
                extended("INSERT 0 2"),
                ready(b'I'),
            ],
            "FWIFIFWI",
        ),
    ];
    for (name, messages, expected) in cases {
        let stream = messages.concat();
        for step in 1..=stream.len() {
            assert_eq!(shape(&stream, step, true), expected, "{name}, in steps of {step}");
            assert!(!shape(&stream, step, false).contains('W'), "{name}, gate open");
        }
    }
}

#[test]
fn an_answer_too_long_to_hold_passes() {
    let row = message(b'D', &[7; 60_000]);
    let stream = [row.repeat(20), complete("SELECT 20"), ready(b'I')].concat();
    assert_eq!(shape(&stream, 16_384, true), "FI");
    let stream = [row.repeat(20), complete("INSERT 0 20"), ready(b'I')].concat();
    assert_eq!(shape(&stream, 16_384, true), "FI");
}

#[test]
fn opening_the_gate_lets_a_half_held_answer_go() {
    let mut answers = Answers::default();
    let bytes = complete("INSERT 0 1");
    answers.push(&bytes);
    assert_eq!(answers.next(true), None);
    assert_eq!(answers.next(false), Some(Answer::Forward(Bytes::from(bytes))));
    answers.push(&ready(b'I'));
    assert_eq!(answers.next(false), Some(Answer::Forward(Bytes::from(ready(b'I')))));
    assert_eq!(answers.next(false), Some(Answer::Idle));
}

#[test]
fn a_gate_closed_inside_a_transaction_knows_what_came_before() {
    let mut answers = Answers::default();
    answers.push(&[complete("INSERT 0 1"), ready(b'T')].concat());
    while answers.next(false).is_some() {}
    answers.push(&[complete("COMMIT"), ready(b'I')].concat());
    assert!(matches!(answers.next(true), Some(Answer::Withhold(_))));
}

#[test]
fn rubbish_passes() {
    let stream = [&b"C\0\0\0\x02"[..], &[b'C'; 100]].concat();
    for step in [1, 3, 105] {
        assert_eq!(shape(&stream, step, true), "F");
    }
}
