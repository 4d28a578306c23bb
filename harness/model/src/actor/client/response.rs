use super::chunked::{Chunked, Fault};
use crate::actor::kept::{KeptBody, trim_headers};
use crate::history::Answer;

/// The longest head, in bytes.
const LONGEST_HEAD: usize = 32 << 10;
/// The only final 1xx response. The bytes after it are not HTTP.
pub(super) const SWITCHING: u16 = 101;
/// The most 1xx responses before a final one. A server that sends more floods the client.
const MOST_INTERIM: usize = 16;

/// Reads responses one after the other, from bytes that arrive in parts. The reader holds only the
/// kept part of a body, and reads each byte of a body once.
#[derive(Debug, Default)]
pub(super) struct Reader {
    begun: Option<Begun>,
    /// The bytes of the response that have been taken.
    taken: usize,
}

/// A response whose head is complete.
#[derive(Debug)]
struct Begun {
    answer: Answer,
    body: KeptBody,
    coding: Coding,
}

/// The rule for the end of a body (RFC 9112 section 6.3).
#[derive(Debug)]
enum Coding {
    /// The body has a length, of which this many bytes are left.
    Length(u64),
    Chunked(Chunked),
    /// The body ends with the connection.
    UntilEnd,
}

/// The progress of a response.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// The response is incomplete. Contains its status, if known.
    Partial(Option<u16>),
    /// A whole response.
    Whole(Answer),
    /// Not HTTP, or a head that is too long.
    Malformed,
    /// A response with this status, and a body that is [too long](crate::history::LONGEST_BODY).
    TooLong(u16),
}

impl Reader {
    /// Takes bytes of the response from the beginning of `bytes`. Skips 1xx responses, except 101,
    /// which is final. After a fault, nothing more can be read.
    pub(super) fn read(&mut self, bytes: &mut Vec<u8>) -> Progress {
        if self.begun.is_none() {
            match head(bytes) {
                Ok((begun, len)) => {
                    self.take(bytes, len);
                    self.begun = Some(begun);
                }
                Err(progress) => return progress,
            }
        }
        let Some(begun) = &mut self.begun else { return Progress::Partial(None) };
        let status = begun.answer.status;
        match begun.read(bytes) {
            Ok((len, done)) => {
                self.take(bytes, len);
                let answer = if done { self.complete() } else { None };
                answer.map_or(Progress::Partial(Some(status)), Progress::Whole)
            }
            Err(Fault::Malformed) => Progress::Malformed,
            Err(Fault::TooLong) => Progress::TooLong(status),
        }
    }

    /// Notes that the connection has ended with FIN. Returns the response if its body ends with the
    /// connection.
    pub(super) fn end(&mut self) -> Option<Answer> {
        match self.begun {
            Some(Begun { coding: Coding::UntilEnd, .. }) => self.complete(),
            Some(_) | None => None,
        }
    }

    /// The bytes of the response that have been taken so far.
    pub(super) fn taken(&self) -> usize {
        self.taken
    }

    /// Whether the reader is inside a body.
    pub(super) fn is_in_body(&self) -> bool {
        self.begun.is_some()
    }

    fn take(&mut self, bytes: &mut Vec<u8>, len: usize) {
        bytes.drain(..len);
        self.taken += len;
    }

    fn complete(&mut self) -> Option<Answer> {
        self.taken = 0;
        let Begun { mut answer, body, .. } = self.begun.take()?;
        body.complete(&mut answer);
        trim_headers(&mut answer);
        Some(answer)
    }
}

impl Begun {
    /// The number of consumed bytes, and whether the response ends with them.
    fn read(&mut self, bytes: &[u8]) -> Result<(usize, bool), Fault> {
        let Self { body, coding, .. } = self;
        match coding {
            Coding::Length(left) => {
                body.expect(*left)?;
                let part = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
                body.push(&bytes[..part])?;
                *left -= part as u64;
                Ok((part, *left == 0))
            }
            Coding::Chunked(chunked) => chunked.read(bytes, body),
            Coding::UntilEnd => {
                body.push(bytes)?;
                Ok((bytes.len(), false))
            }
        }
    }
}

/// The head at the beginning of these bytes, and its length with the skipped 1xx responses. The
/// error is the progress of an incomplete head.
fn head(bytes: &[u8]) -> Result<(Begun, usize), Progress> {
    let mut passed = 0;
    for _ in 0..MOST_INTERIM {
        let (answer, len) = one_head(&bytes[passed..])?;
        passed += len;
        if !(100..200).contains(&answer.status) || answer.status == SWITCHING {
            return Ok((begin(answer)?, passed));
        }
    }
    Err(Progress::Malformed)
}

fn one_head(bytes: &[u8]) -> Result<(Answer, usize), Progress> {
    let mut headers = [httparse::EMPTY_HEADER; 100];
    let mut response = httparse::Response::new(&mut headers);
    match response.parse(bytes) {
        Ok(httparse::Status::Complete(len)) => {
            let status = response.code.unwrap_or_default();
            Ok((answer(status, response.version == Some(0), response.headers), len))
        }
        Ok(httparse::Status::Partial) if bytes.len() <= LONGEST_HEAD => {
            Err(Progress::Partial(response.code))
        }
        Ok(httparse::Status::Partial) | Err(_) => Err(Progress::Malformed),
    }
}

fn begin(mut answer: Answer) -> Result<Begun, Progress> {
    let chunked = answer
        .header("transfer-encoding")
        .is_some_and(|coding| coding.to_ascii_lowercase().ends_with("chunked"));
    let coding = if matches!(answer.status, SWITCHING | 204 | 304) {
        Coding::Length(0)
    } else if chunked {
        Coding::Chunked(Chunked::default())
    } else if let Some(length) = answer.header("content-length") {
        Coding::Length(length.trim().parse().map_err(|_| Progress::Malformed)?)
    } else {
        answer.says_close = true;
        Coding::UntilEnd
    };
    Ok(Begun { answer, body: KeptBody::default(), coding })
}

fn answer(status: u16, http10: bool, headers: &[httparse::Header<'_>]) -> Answer {
    let headers: Vec<(String, String)> = headers
        .iter()
        .map(|header| {
            let value = String::from_utf8_lossy(header.value).into_owned();
            (header.name.to_ascii_lowercase(), value)
        })
        .collect();
    let connection = headers.iter().filter(|(name, _)| name == "connection");
    let tokens: Vec<String> = connection
        .flat_map(|(_, value)| value.split(','))
        .map(|token| token.trim().to_ascii_lowercase())
        .collect();
    let has = |token: &str| tokens.iter().any(|t| t == token);
    let says_close = has("close") || (http10 && !has("keep-alive"));
    Answer { status, headers, body: String::new(), truncated: false, says_close }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::{KEPT_BODY, LONGEST_BODY};

    fn read(bytes: impl Into<Vec<u8>>) -> Progress {
        Reader::default().read(&mut bytes.into())
    }

    /// The response, and the number of bytes after it.
    fn whole(bytes: &str) -> (Answer, usize) {
        let mut bytes = bytes.as_bytes().to_vec();
        match Reader::default().read(&mut bytes) {
            Progress::Whole(answer) => (answer, bytes.len()),
            other => panic!("{other:?}"),
        }
    }

    /// Responses with this body, one for each way to mark the end of a body.
    fn in_every_coding(body: &str) -> [String; 3] {
        let head = "HTTP/1.1 200 OK\r\n";
        let len = body.len();
        let chunks: String = body
            .as_bytes()
            .chunks(70_000)
            .map(|part| format!("{:x}\r\n{}\r\n", part.len(), String::from_utf8_lossy(part)))
            .collect();
        [
            format!("{head}Content-Length: {len}\r\n\r\n{body}"),
            format!("{head}Transfer-Encoding: chunked\r\n\r\n{chunks}0\r\n\r\n"),
            format!("{head}\r\n{body}"),
        ]
    }

    /// Reads a response in parts of this size, and then the end of the connection.
    fn in_parts(response: &str, part: usize) -> Option<Answer> {
        let (mut reader, mut buffer) = (Reader::default(), Vec::new());
        for part in response.as_bytes().chunks(part) {
            buffer.extend_from_slice(part);
            match reader.read(&mut buffer) {
                Progress::Partial(_) => {}
                Progress::Whole(answer) => return Some(answer),
                other => panic!("{other:?}"),
            }
            assert!(buffer.len() <= LONGEST_HEAD, "the buffer holds a body");
        }
        reader.end()
    }

    #[test]
    fn a_response_ends_after_its_content_length() {
        let (answer, rest) = whole("HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1");
        assert_eq!((answer.status, answer.body.as_str(), answer.says_close), (201, "{}", false));
        assert_eq!(rest, "HTTP/1.1".len());
    }

    #[test]
    fn chunks_are_joined_and_trailers_are_skipped() {
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: Close\r\n\r\n";
        let (answer, _) = whole(&format!("{head}2\r\nab\r\n1\r\nc\r\n0\r\nX: y\r\n\r\n"));
        assert_eq!((answer.body.as_str(), answer.says_close), ("abc", true));
        assert_eq!(read(format!("{head}2\r\nab")), Progress::Partial(Some(200)));
        assert_eq!(read(format!("{head}no size")), Progress::Malformed);
    }

    #[test]
    fn long_bodies_are_kept_up_to_a_bound_in_every_coding() {
        // The body's length, the kept bytes, and whether the body is marked as truncated.
        for (len, kept, truncated) in [
            (3 << 10, 3 << 10, false),
            (KEPT_BODY, KEPT_BODY, false),
            (KEPT_BODY + 1, KEPT_BODY, true),
            (4 * KEPT_BODY, KEPT_BODY, true),
        ] {
            for response in in_every_coding(&"x".repeat(len)) {
                for part in [usize::MAX, 10_000] {
                    let answer = in_parts(&response, part.min(response.len())).expect("an end");
                    let seen = (answer.status, answer.body.len(), answer.truncated);
                    assert_eq!(seen, (200, kept, truncated), "{len}: {response:.60}");
                }
            }
        }
    }

    #[test]
    fn a_response_read_byte_by_byte_equals_one_read_at_once() {
        for response in in_every_coding(&"0123456789".repeat(30)) {
            let at_once = in_parts(&response, response.len());
            assert!(at_once.is_some());
            assert_eq!(in_parts(&response, 1), at_once, "{response:.60}");
        }
    }

    #[test]
    fn a_body_without_an_end_is_refused_at_the_limit() {
        let head = "HTTP/1.1 200 OK\r\n";
        let part = vec![b'x'; 1 << 20];
        let mut buffer = format!("{head}\r\n").into_bytes();
        let mut reader = Reader::default();
        for _ in 0..LONGEST_BODY >> 20 {
            buffer.extend_from_slice(&part);
            assert_eq!(reader.read(&mut buffer), Progress::Partial(Some(200)));
        }
        buffer.push(b'x');
        assert_eq!(reader.read(&mut buffer), Progress::TooLong(200));
        assert_eq!(reader.read(&mut buffer), Progress::TooLong(200));
        // A body with a too large Content-Length is not begun.
        let announced = format!("{head}Content-Length: {}\r\n\r\n", LONGEST_BODY + 1);
        assert_eq!(read(announced), Progress::TooLong(200));
    }

    #[test]
    fn a_new_response_is_read_after_a_whole_one() {
        let one = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n";
        let mut buffer = format!("{one}a{one}b").into_bytes();
        let mut reader = Reader::default();
        for body in ["a", "b"] {
            let Progress::Whole(answer) = reader.read(&mut buffer) else { panic!("{reader:?}") };
            assert_eq!((answer.body.as_str(), reader.taken()), (body, 0));
        }
        assert_eq!(reader.read(&mut buffer), Progress::Partial(None));
    }

    #[test]
    fn a_100_continue_is_skipped_and_an_http10_response_closes() {
        let (answer, _) =
            whole("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 503 No\r\nContent-Length: 0\r\n\r\n");
        assert_eq!((answer.status, answer.says_close), (503, true));
    }

    #[test]
    fn a_101_is_final_and_has_no_body() {
        let head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\n\r\n";
        let (answer, rest) = whole(&format!("{head}no HTTP"));
        assert_eq!((answer.status, answer.body.as_str(), rest), (101, "", "no HTTP".len()));
    }

    #[test]
    fn hostile_bytes_are_bounded() {
        assert_eq!(read("SSH-2.0-OpenSSH\r\n"), Progress::Malformed);
        let endless = format!("HTTP/1.1 200 OK\r\nX: {}", "a".repeat(LONGEST_HEAD));
        assert_eq!(read(endless), Progress::Malformed);
        let no_length = "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n";
        assert_eq!(read(no_length), Progress::Malformed);
        assert_eq!(read("HTTP/1.1 2"), Progress::Partial(None));
        let interim = "HTTP/1.1 100 Continue\r\n\r\n".repeat(100_000);
        assert_eq!(read(interim), Progress::Malformed);
        let long = "x".repeat(2 << 10);
        let (answer, _) =
            whole(&format!("HTTP/1.1 201 Created\r\nContent-Length: 0\r\nX: {long}\r\n\r\n"));
        assert_eq!(answer.headers.len(), 1);
    }

    #[test]
    fn every_prefix_of_a_response_is_partial() {
        let text =
            "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
        for end in 0..text.len() {
            assert!(matches!(read(&text[..end]), Progress::Partial(_)), "{end}");
        }
        assert!(matches!(read(text), Progress::Whole(..)));
    }
}
