use super::Loss;

/// The longest head that is accepted, in bytes.
const LONGEST_HEAD: usize = 16 * 1024;

/// A complete answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// Whether the answer is the last on its connection.
    pub close: bool,
    /// The length of the body in bytes.
    pub length: usize,
}

impl Answer {
    /// Whether the request was served.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Parses the head of an answer. Returns the offset of its body; `None` when the head is
    /// incomplete.
    pub(super) fn parse(bytes: &[u8]) -> Result<Option<(Self, usize)>, Loss> {
        let mut headers = [httparse::EMPTY_HEADER; 32];
        let mut head = httparse::Response::new(&mut headers);
        let body = match head.parse(bytes) {
            Ok(httparse::Status::Complete(body)) => body,
            Ok(httparse::Status::Partial) if bytes.len() < LONGEST_HEAD => return Ok(None),
            Ok(httparse::Status::Partial) | Err(_) => return Err(Loss::Garbled),
        };
        let value = |name: &str| {
            let found = head.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name));
            found.and_then(|header| std::str::from_utf8(header.value).ok())
        };
        // Every answer of the subjects has a length, so other framing is not supported.
        let length = value("content-length").and_then(|length| length.parse().ok());
        let (Some(status), Some(length)) = (head.code, length) else { return Err(Loss::Garbled) };
        let close = value("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
        Ok(Some((Self { status, close, length }, body)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answer_head_is_complete_at_its_empty_line() {
        let whole = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\nConnection: Close\r\n\r\nhello";
        let head = whole.len() - 5;
        for cut in 0..head {
            assert_eq!(Answer::parse(&whole[..cut]), Ok(None), "after {cut} bytes");
        }
        let answer = Answer { status: 200, close: true, length: 5 };
        assert_eq!(Answer::parse(whole), Ok(Some((answer, head))));
    }

    #[test]
    fn answer_without_a_length_is_garbled() {
        let table: &[&[u8]] = &[
            // No length.
            b"HTTP/1.1 200 OK\r\n\r\n",
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
            b"HTTP/1.1 200 OK\r\ncontent-length: some\r\n\r\n",
            // No HTTP.
            b"SSH-2.0-x\r\n\r\n",
        ];
        for bytes in table {
            assert_eq!(Answer::parse(bytes), Err(Loss::Garbled), "{}", bytes.escape_ascii());
        }
        assert_eq!(Answer::parse(&[b'H'; LONGEST_HEAD]), Err(Loss::Garbled));
    }
}
