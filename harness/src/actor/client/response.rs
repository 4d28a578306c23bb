use crate::history::Answer;

/// A head larger than this is no head.
const LONGEST_HEAD: usize = 32 << 10;
/// A body larger than this is refused.
pub(super) const LONGEST_BODY: usize = 256 << 10;
/// So much of a body is kept for the record.
pub(super) const KEPT_BODY: usize = 1 << 10;
/// So much of the headers is kept for the record.
const KEPT_HEADERS: usize = 2 << 10;
/// The one response 1xx that is final: what follows it is no HTTP any more.
pub(super) const SWITCHING: u16 = 101;
/// More responses 1xx before one are a flood.
const MOST_INTERIM: usize = 16;

/// Whether the bytes so far are a whole response.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// More must come; the status, if it is known.
    Partial(Option<u16>),
    /// A whole response, of so many bytes.
    Whole(Answer, usize),
    /// The rest comes until the connection ends; this is the response if it ends in order.
    UntilEnd(Answer),
    /// Not HTTP, or more than is bearable.
    Malformed,
}

/// Reads the response at the beginning of `bytes`. Responses 1xx before it are passed over, but for
/// 101, which is one itself.
pub(super) fn parse(bytes: &[u8]) -> Progress {
    let mut passed = 0;
    for _ in 0..MOST_INTERIM {
        match parse_one(&bytes[passed..]) {
            One::Interim(head) => passed += head,
            One::Final(Progress::Whole(answer, len)) => {
                return Progress::Whole(answer, passed + len);
            }
            One::Final(other) => return other,
        }
    }
    Progress::Malformed
}

/// A response's head, or what came of a final response.
enum One {
    /// A response 1xx, of so many bytes.
    Interim(usize),
    Final(Progress),
}

fn parse_one(bytes: &[u8]) -> One {
    let mut headers = [httparse::EMPTY_HEADER; 100];
    let mut response = httparse::Response::new(&mut headers);
    let head = match response.parse(bytes) {
        Ok(httparse::Status::Complete(head)) => head,
        Ok(httparse::Status::Partial) if bytes.len() > LONGEST_HEAD => {
            return One::Final(Progress::Malformed);
        }
        Ok(httparse::Status::Partial) => return One::Final(Progress::Partial(response.code)),
        Err(_) => return One::Final(Progress::Malformed),
    };
    let status = response.code.unwrap_or_default();
    if (100..200).contains(&status) && status != SWITCHING {
        return One::Interim(head);
    }
    let answer = answer(status, response.version == Some(0), response.headers);
    One::Final(body(answer, bytes, head))
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
    Answer { status, headers, body: String::new(), says_close }
}

/// Cuts what is kept of a response for the record; it has been understood by then.
pub(super) fn trim(mut answer: Answer) -> Answer {
    let mut kept = 0;
    answer.headers.retain(|(name, value)| {
        kept += name.len() + value.len();
        kept <= KEPT_HEADERS
    });
    answer
}

/// RFC 9112 section 6.3: how long the body is.
fn body(mut answer: Answer, bytes: &[u8], head: usize) -> Progress {
    let rest = &bytes[head..];
    if matches!(answer.status, SWITCHING | 204 | 304) {
        return Progress::Whole(trim(answer), head);
    }
    let chunked = answer
        .header("transfer-encoding")
        .is_some_and(|coding| coding.to_ascii_lowercase().ends_with("chunked"));
    if chunked {
        return match unchunk(rest) {
            Ok(Some((body, len))) => {
                answer.body = text(&body);
                Progress::Whole(trim(answer), head + len)
            }
            Ok(None) if rest.len() <= LONGEST_BODY => Progress::Partial(Some(answer.status)),
            Ok(None) | Err(()) => Progress::Malformed,
        };
    }
    let Some(length) = answer.header("content-length") else {
        if rest.len() > LONGEST_BODY {
            return Progress::Malformed;
        }
        answer.body = text(rest);
        answer.says_close = true;
        return Progress::UntilEnd(trim(answer));
    };
    match length.trim().parse::<usize>() {
        Ok(length) if length > LONGEST_BODY => Progress::Malformed,
        Ok(length) if rest.len() < length => Progress::Partial(Some(answer.status)),
        Ok(length) => {
            answer.body = text(&rest[..length]);
            Progress::Whole(trim(answer), head + length)
        }
        Err(_) => Progress::Malformed,
    }
}

/// The body and the length of its coding; `None` while chunks are missing.
fn unchunk(bytes: &[u8]) -> Result<Option<(Vec<u8>, usize)>, ()> {
    let mut body = Vec::new();
    let mut at = 0;
    loop {
        let (line, size) = match httparse::parse_chunk_size(&bytes[at..]) {
            Ok(httparse::Status::Complete(found)) => found,
            Ok(httparse::Status::Partial) => return Ok(None),
            Err(_) => return Err(()),
        };
        let size = usize::try_from(size).map_err(drop)?;
        if size > LONGEST_BODY || body.len() + size > LONGEST_BODY {
            return Err(());
        }
        at += line;
        if size == 0 {
            // Trailers, if any, end with an empty line as a head does.
            let rest = &bytes[at..];
            if rest.starts_with(b"\r\n") {
                return Ok(Some((body, at + 2)));
            }
            let end = rest.windows(4).position(|window| window == b"\r\n\r\n");
            return Ok(end.map(|end| (body, at + end + 4)));
        }
        let Some(chunk) = bytes.get(at..at + size + 2) else { return Ok(None) };
        if !chunk.ends_with(b"\r\n") {
            return Err(());
        }
        body.extend_from_slice(&chunk[..size]);
        at += size + 2;
    }
}

/// So much of a body as is kept for the record.
pub(super) fn text(body: &[u8]) -> String {
    String::from_utf8_lossy(&body[..body.len().min(KEPT_BODY)]).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(bytes: &str) -> (Answer, usize) {
        match parse(bytes.as_bytes()) {
            Progress::Whole(answer, len) => (answer, len),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_response_ends_where_its_length_says() {
        let (answer, len) = whole("HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1");
        assert_eq!((answer.status, answer.body.as_str(), answer.says_close), (201, "{}", false));
        assert_eq!(len, 45);
    }

    #[test]
    fn chunks_are_joined_and_trailers_passed_over() {
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: Close\r\n\r\n";
        let (answer, _) = whole(&format!("{head}2\r\nab\r\n1\r\nc\r\n0\r\nX: y\r\n\r\n"));
        assert_eq!((answer.body.as_str(), answer.says_close), ("abc", true));
        assert_eq!(parse(format!("{head}2\r\nab").as_bytes()), Progress::Partial(Some(200)));
        assert_eq!(parse(format!("{head}fffffffff\r\n").as_bytes()), Progress::Malformed);
    }

    #[test]
    fn continue_is_passed_over_and_http10_closes() {
        let (answer, _) =
            whole("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 503 No\r\nContent-Length: 0\r\n\r\n");
        assert_eq!((answer.status, answer.says_close), (503, true));
    }

    #[test]
    fn a_101_is_final_and_has_no_body() {
        let head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\n\r\n";
        let (answer, len) = whole(&format!("{head}no HTTP"));
        assert_eq!((answer.status, answer.body.as_str(), len), (101, "", head.len()));
    }

    #[test]
    fn hostile_bytes_are_bounded() {
        assert_eq!(parse(b"SSH-2.0-OpenSSH\r\n"), Progress::Malformed);
        let endless = [b"HTTP/1.1 200 OK\r\nX: ".to_vec(), vec![b'a'; LONGEST_HEAD]].concat();
        assert_eq!(parse(&endless), Progress::Malformed);
        let huge = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n";
        assert_eq!(parse(huge), Progress::Malformed);
        assert_eq!(parse(b"HTTP/1.1 2"), Progress::Partial(None));
        let interim = "HTTP/1.1 100 Continue\r\n\r\n".repeat(100_000);
        assert_eq!(parse(interim.as_bytes()), Progress::Malformed);
        let (answer, _) = whole(&format!(
            "HTTP/1.1 201 Created\r\nContent-Length: 0\r\nX: {}\r\n\r\n",
            "x".repeat(KEPT_HEADERS)
        ));
        assert_eq!(answer.headers.len(), 1);
    }

    #[test]
    fn every_prefix_of_a_response_is_partial() {
        let text =
            "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
        for end in 0..text.len() {
            assert!(matches!(parse(&text.as_bytes()[..end]), Progress::Partial(_)), "{end}");
        }
        assert!(matches!(parse(text.as_bytes()), Progress::Whole(..)));
    }
}
