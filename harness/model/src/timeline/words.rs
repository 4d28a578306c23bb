use crate::history::{
    Answer, ConnectError, End, Event, EventKind, Extension, LONGEST_BODY, RequestId, Session, Sign,
    Tone, Words,
};
use crate::plan::{Fault, Gate, LetGo, Plan, Signal, Target};
use crate::terminal::clean;

/// The longest text of an extension, in characters.
const LONGEST_EXTENSION: usize = 240;

pub(super) fn words(sign: char, tone: Tone, text: impl Into<String>) -> Words {
    Words::new(sign, tone, text)
}

/// An event in words; `None` if a reader does not need the event.
pub(super) fn of(event: &Event, plan: &Plan) -> Option<Words> {
    match &event.what {
        EventKind::Connected { .. }
        | EventKind::NotConnected { .. }
        | EventKind::Sent { .. }
        | EventKind::NotSent { .. }
        | EventKind::Answered { .. }
        | EventKind::Ended { .. }
        | EventKind::HalfClosed { .. }
        | EventKind::Closed { .. } => of_client(&event.what),
        EventKind::Holding { .. }
        | EventKind::Held { .. }
        | EventKind::Opened { .. }
        | EventKind::Broken { .. }
        | EventKind::Session { .. }
        | EventKind::NoRows { .. } => of_store(&event.what),
        EventKind::Started { .. }
        | EventKind::Ready
        | EventKind::NotReady { .. }
        | EventKind::Unreached { .. }
        | EventKind::Snapshot { .. }
        | EventKind::Signalled { .. }
        | EventKind::Visible { .. }
        | EventKind::NotVisible
        | EventKind::ListenerGone
        | EventKind::Frozen
        | EventKind::Thawed
        | EventKind::Exited { .. }
        | EventKind::Killed { .. }
        | EventKind::Residue { .. }
        | EventKind::Note { .. } => of_server(&event.what, plan),
        EventKind::Extension(extension) => of_extension(extension),
        // The words depend on the findings, so `select` writes them.
        EventKind::Rows { .. } => None,
        EventKind::Marked { .. } | EventKind::Lag { .. } | EventKind::Output { .. } => None,
    }
}

fn of_client(what: &EventKind) -> Option<Words> {
    Some(match what {
        EventKind::Connected { .. } => words('○', Tone::Plain, "connects"),
        EventKind::NotConnected { error, .. } => match error {
            ConnectError::Refused => words('×', Tone::Plain, "connects: refused"),
            ConnectError::Reset => words('✗', Tone::Bad, "connects: reset"),
            ConnectError::TimedOut => words('✗', Tone::Bad, "connects: no answer at all"),
            ConnectError::Other => words('×', Tone::Plain, "could not connect"),
        },
        EventKind::Sent { request, line, bytes, first, last, .. } => {
            let line = clean(line, 40);
            let text = match (first, last) {
                (true, true) => format!("sends {line}"),
                (true, false) => format!("sends the first {bytes} bytes of {line}"),
                (false, true) => format!("sends the rest of {line}"),
                (false, false) => format!("sends {bytes} more bytes of {line}"),
            };
            words('●', Tone::Plain, numbered(request, &text))
        }
        EventKind::NotSent { request, error, .. } => {
            let text = format!("could not be sent: {}", clean(error, 60));
            words('✗', Tone::Bad, numbered(request, &text))
        }
        EventKind::Answered { request, answer, .. } => answered(request, answer),
        EventKind::Ended { request, by, got, status, .. } => ended(request, *by, *got, *status),
        EventKind::HalfClosed { .. } => {
            words('◌', Tone::Plain, "closes its side of its connection")
        }
        EventKind::Closed { by, .. } => match by {
            End::Fin => words('◌', Tone::Plain, "its connection is closed by the server"),
            End::Reset => words('◌', Tone::Plain, "its connection is reset by the server"),
            End::Client => words('◌', Tone::Plain, "closes its connection"),
            End::Malformed | End::TooLong => words('✗', Tone::Bad, "gets bytes without a request"),
            // A connection is never refused in this way: only requests are.
            End::Refused => words('◌', Tone::Plain, "its connection ends"),
            End::Silence => words('◌', Tone::Bad, "its connection was never closed"),
        },
        // `of` names every kind, and passes only the clients' to this function.
        _ => return None,
    })
}

fn answered(request: &RequestId, answer: &Answer) -> Words {
    let Answer { status, body, says_close, .. } = answer;
    let (sign, tone) = match status {
        200..=299 => ('✔', Tone::Good),
        100..=499 => ('◆', Tone::Plain),
        _ => ('◆', Tone::Bad),
    };
    let body = if body.len() <= 40 { format!(" {}", clean(body, 40)) } else { String::new() };
    let close = if *says_close { ", says close" } else { "" };
    words(sign, tone, numbered(request, &format!("is answered {status}{body}{close}")))
}

fn ended(request: &RequestId, by: End, got: u64, status: Option<u16>) -> Words {
    let response = status.map_or("a response".to_owned(), |status| format!("a {status}"));
    let text = match (by, got) {
        (End::Client, _) => return words('◌', Tone::Plain, numbered(request, "is given up")),
        (End::Refused, _) => {
            let text = "is refused: the server has not begun it";
            return words('◆', Tone::Plain, numbered(request, text));
        }
        (End::Silence, 0) => "was never answered: silence".to_owned(),
        (End::Fin, 0) => "is lost: closed without a byte of an answer".to_owned(),
        (End::Reset, 0) => "is lost: reset without a byte of an answer".to_owned(),
        (End::Malformed, _) => "is answered with what is no HTTP".to_owned(),
        (End::TooLong, _) => {
            format!("{response} has a body of more than {} MiB", LONGEST_BODY >> 20)
        }
        (End::Silence, got) => format!("{response} stops after {got} bytes: silence"),
        (End::Fin, got) => format!("{response} is cut by a close after {got} bytes"),
        (End::Reset, got) => format!("{response} is cut by a reset after {got} bytes"),
    };
    words('✗', Tone::Bad, numbered(request, &text))
}

/// `#2 sends POST /work`. The actor's name comes before this text.
fn numbered(request: &RequestId, text: &str) -> String {
    let number = request.id.rsplit('#').next().unwrap_or_default();
    format!("#{number} {text}")
}

fn of_store(what: &EventKind) -> Option<Words> {
    Some(match what {
        EventKind::Holding { gate: Gate::Row } => {
            words('▣', Tone::Stimulus, "the row gate is closed: inserts wait")
        }
        EventKind::Holding { gate: Gate::Acknowledgement } => {
            words('▣', Tone::Stimulus, "the acknowledgement gate is closed: done, and not told")
        }
        EventKind::Held { n, wanted, .. } => {
            let all = if n == wanted { n.to_string() } else { format!("{n} (of {wanted})") };
            words('▣', Tone::Stimulus, format!("{all} in flight, proved to wait at the gate"))
        }
        EventKind::Opened { what: LetGo::All } => words('▢', Tone::Stimulus, "the gate is opened"),
        EventKind::Opened { what: LetGo::One } => words('▢', Tone::Stimulus, "one is let go"),
        EventKind::Broken { fault } => words(
            '╳',
            Tone::Stimulus,
            match fault {
                Fault::Reset => "every session is reset",
                Fault::BlackHole => "nothing is answered any more",
                Fault::Refuse => "new sessions are refused",
            },
        ),
        EventKind::Session { session, what } => match what {
            Session::Opened => words('+', Tone::Plain, format!("session {session} is opened")),
            Session::Terminate => {
                words('−', Tone::Plain, format!("session {session} is ended in order"))
            }
            Session::Fin => words('−', Tone::Plain, format!("session {session} is closed")),
            Session::Reset => words('✗', Tone::Bad, format!("session {session} is reset")),
            Session::ServerClosed => {
                words('−', Tone::Plain, format!("session {session} is closed by the database"))
            }
            Session::Withheld => words(
                '▣',
                Tone::Stimulus,
                format!("session {session}: the row is there, the server is not told"),
            ),
            Session::Cancelling | Session::Working | Session::Idle => return None,
        },
        EventKind::NoRows { why } => {
            words(' ', Tone::Bad, format!("the rows could not be counted: {}", clean(why, 80)))
        }
        // `of` names every kind, and passes only the store's to this function.
        _ => return None,
    })
}

fn of_server(what: &EventKind, plan: &Plan) -> Option<Words> {
    Some(match what {
        EventKind::Started { port, .. } => {
            words('┬', Tone::Plain, format!("is started, to listen on port {port}"))
        }
        EventKind::Ready => words('●', Tone::Good, "is ready: /health answered 200"),
        EventKind::NotReady { why } => {
            words('✗', Tone::Bad, format!("is never ready: {}", clean(why, 200)))
        }
        EventKind::Unreached { step, why, .. } => {
            words('✗', Tone::Bad, format!("{}: {}", clean(step, 80), clean(why, 120)))
        }
        EventKind::Snapshot { unread, unaccepted, .. }
            if !unread.is_empty() || !unaccepted.is_empty() =>
        {
            let (unread, unaccepted) = (unread.len(), unaccepted.len());
            let text =
                format!("had not read from {unread} connections, had not accepted {unaccepted}");
            words('·', Tone::Plain, text)
        }
        EventKind::Signalled { signal, target } => {
            words('━', Tone::Stimulus, format!("{} to the {}", name(*signal), whom(*target)))
        }
        EventKind::Visible { sign } => words(
            '▽',
            Tone::Plain,
            match sign {
                Sign::ListenerGone => "first sign of shutdown: the port is closed",
                Sign::Unavailable => "first sign of shutdown: a 503",
                Sign::ConnectionClosed => "first sign of shutdown: a connection is closed",
                Sign::Exited => "first sign of shutdown: it is gone",
            },
        ),
        EventKind::NotVisible => {
            let most = plan.contract.visible_ms;
            words('?', Tone::Bad, format!("no sign of shutdown for {most} ms"))
        }
        EventKind::ListenerGone => words('▽', Tone::Plain, "stops listening"),
        EventKind::Frozen => words('░', Tone::Stimulus, "is frozen"),
        EventKind::Thawed => words('│', Tone::Stimulus, "runs again"),
        EventKind::Exited { code: Some(0), .. } => words('■', Tone::Good, "exits with status 0"),
        EventKind::Exited { code: Some(code), .. } => {
            words('■', Tone::Bad, format!("exits with status {code}"))
        }
        EventKind::Exited { signal, .. } => {
            let by = signal.map_or("a signal".to_owned(), |signal| format!("signal {signal}"));
            words('■', Tone::Bad, format!("is ended by {by}"))
        }
        EventKind::Killed { why } => {
            words('☠', Tone::Bad, format!("is killed by the judge: {}", clean(why, 120)))
        }
        EventKind::Residue { processes, listening } if !processes.is_empty() || *listening => {
            let names = clean(&processes.join(", "), 80);
            let port = if *listening { ", and its port still listens" } else { "" };
            words('✗', Tone::Bad, format!("left behind: [{names}]{port}"))
        }
        EventKind::Note { text } => words('·', Tone::Plain, clean(text, 160)),
        EventKind::Snapshot { .. } | EventKind::Residue { .. } => return None,
        // `of` names every kind, and passes only the server's to this function.
        _ => return None,
    })
}

/// The words of an extension, cleaned: a stored history can hold any text.
fn of_extension(extension: &Extension) -> Option<Words> {
    let Words { sign, tone, text } = extension.words()?;
    let sign = clean(sign.encode_utf8(&mut [0; 4]), 1).chars().next().unwrap_or('·');
    Some(words(sign, tone, clean(&text, LONGEST_EXTENSION)))
}

fn name(signal: Signal) -> &'static str {
    match signal {
        Signal::Term => "SIGTERM",
        Signal::Int => "SIGINT",
    }
}

fn whom(target: Target) -> &'static str {
    match target {
        Target::Leader => "server",
        Target::Group => "server's whole group",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn stored_extension_puts_no_escape_sequence_and_no_long_text_on_the_terminal() {
        let stored = |sign: &str, text: &str| -> Words {
            let words = json!({ "sign": sign, "tone": "good", "text": text });
            let extension = serde_json::from_value(json!({ "data": null, "words": words }));
            of_extension(&extension.expect("the form is right")).expect("there are words")
        };
        assert_eq!(stored("│", "is ready"), words('│', Tone::Good, "is ready"));
        assert_eq!(stored("\u{1b}", "\u{1b}[2J\u{202e}"), words('·', Tone::Good, "·[2J·"));
        assert_eq!(stored("\n", "a\nb"), words('⏎', Tone::Good, "a⏎b"));
        let long = stored("│", &"x".repeat(100_000)).text;
        assert_eq!(long.chars().count(), LONGEST_EXTENSION + 1, "an ellipsis ends the text");
    }
}
