use super::Loss;

/// A head that is longer than this is none.
const LONGEST_HEAD: usize = 16 * 1024;

/// A complete answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Its status code.
    pub status: u16,
    /// Whether it is the last on its connection.
    pub close: bool,
    /// The length of its body in bytes.
    pub length: usize,
}

impl Answer {
    /// Whether the request was served.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Reads the head of an answer, and says where its body begins; `None` when it is not complete.
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
        // Every answer of the subjects has a length; one without would have to be guessed at.
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
    fn a_head_is_complete_at_its_empty_line() {
        let whole = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\nConnection: Close\r\n\r\nhello";
        let head = whole.len() - 5;
        for cut in 0..head {
            assert_eq!(Answer::parse(&whole[..cut]), Ok(None), "after {cut} bytes");
        }
        let answer = Answer { status: 200, close: true, length: 5 };
        assert_eq!(Answer::parse(whole), Ok(Some((answer, head))));
    }

    #[test]
    fn what_cannot_be_measured_is_garbled() {
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
