use crate::actor::kept::{KeptBody, TooLong};

/// The longest line with a chunk's size, in bytes, extensions included.
const LONGEST_LINE: usize = 4 << 10;
/// The longest trailers, in bytes.
const LONGEST_TRAILERS: usize = 32 << 10;

/// The position of the next byte in a chunked body (RFC 9112 section 7.1).
#[derive(Debug, Default)]
pub(super) enum Chunked {
    /// In the line with a chunk's size.
    #[default]
    Size,
    /// In a chunk's data; this many bytes are left.
    Data(u64),
    /// In the end of line after a chunk's data.
    DataEnd,
    /// After the last chunk.
    Trailers,
}

/// The fault of a body.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    Malformed,
    TooLong,
}

impl From<TooLong> for Fault {
    fn from(_: TooLong) -> Self {
        Self::TooLong
    }
}

impl Chunked {
    /// Moves the data in these bytes to `body`. Returns the number of consumed bytes, and whether
    /// the body ends with them. The caller passes the other bytes again, followed by more.
    pub(super) fn read(
        &mut self,
        bytes: &[u8],
        body: &mut KeptBody,
    ) -> Result<(usize, bool), Fault> {
        let mut at = 0;
        loop {
            let rest = &bytes[at..];
            let done = match self {
                Self::Size => self.size(rest, body)?,
                Self::Data(left) => {
                    let part = usize::try_from(*left).unwrap_or(usize::MAX).min(rest.len());
                    body.push(&rest[..part])?;
                    *left -= part as u64;
                    if *left == 0 {
                        *self = Self::DataEnd;
                    }
                    part
                }
                Self::DataEnd => self.data_end(rest)?,
                Self::Trailers => {
                    let end = trailers(rest)?;
                    return Ok((at + end.unwrap_or(0), end.is_some()));
                }
            };
            if done == 0 {
                return Ok((at, false));
            }
            at += done;
        }
    }

    /// The length of the line with a chunk's size; 0 if the line is incomplete.
    fn size(&mut self, rest: &[u8], body: &KeptBody) -> Result<usize, Fault> {
        match httparse::parse_chunk_size(rest) {
            Ok(httparse::Status::Complete((line, size))) => {
                body.expect(size)?;
                *self = if size == 0 { Self::Trailers } else { Self::Data(size) };
                Ok(line)
            }
            Ok(httparse::Status::Partial) if rest.len() <= LONGEST_LINE => Ok(0),
            Ok(httparse::Status::Partial) | Err(_) => Err(Fault::Malformed),
        }
    }

    /// The length of the end of line after a chunk's data; 0 if the end of line is incomplete.
    fn data_end(&mut self, rest: &[u8]) -> Result<usize, Fault> {
        match rest {
            [b'\r', b'\n', ..] => {
                *self = Self::Size;
                Ok(2)
            }
            [] | [b'\r'] => Ok(0),
            _ => Err(Fault::Malformed),
        }
    }
}

/// The length of the trailers with the empty line that ends them; `None` if they are incomplete.
fn trailers(rest: &[u8]) -> Result<Option<usize>, Fault> {
    if rest.starts_with(b"\r\n") {
        return Ok(Some(2));
    }
    match rest.windows(4).position(|window| window == b"\r\n\r\n") {
        None if rest.len() > LONGEST_TRAILERS => Err(Fault::Malformed),
        end => Ok(end.map(|end| end + 4)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::LONGEST_BODY;

    /// The number of consumed bytes, and whether the body ends with them.
    fn read(bytes: &str) -> Result<(usize, bool), Fault> {
        Chunked::default().read(bytes.as_bytes(), &mut KeptBody::default())
    }

    #[test]
    fn lines_of_a_chunked_body_may_come_in_parts_and_are_bounded() {
        let endless = |begin: &str, len: usize| format!("{begin}{}", "x".repeat(len));
        for (bytes, expected) in [
            ("0\r\n\r\n".to_owned(), Ok((5, true))),
            ("1\r\na\r\n0\r\nX: y\r\n\r\nHTTP".to_owned(), Ok((17, true))),
            ("1;ext=1\r\na\r\n".to_owned(), Ok((12, false))),
            // Half a line, half a chunk, half an end of line, half of the trailers.
            ("1".to_owned(), Ok((0, false))),
            ("3\r\nab".to_owned(), Ok((5, false))),
            ("1\r\na\r".to_owned(), Ok((4, false))),
            ("0\r\nX: y\r\n".to_owned(), Ok((3, false))),
            ("1\r\nab\r\n".to_owned(), Err(Fault::Malformed)),
            ("x\r\n".to_owned(), Err(Fault::Malformed)),
            (endless("1;", LONGEST_LINE), Err(Fault::Malformed)),
            (endless("0\r\nX: ", LONGEST_TRAILERS), Err(Fault::Malformed)),
            (format!("{:x}\r\n", LONGEST_BODY + 1), Err(Fault::TooLong)),
        ] {
            assert_eq!(read(&bytes), expected, "{bytes:.40}");
        }
    }

    #[test]
    fn the_sum_of_all_chunks_is_bounded() {
        let (mut chunked, mut body) = (Chunked::default(), KeptBody::default());
        let chunk = format!("100000\r\n{}\r\n", "x".repeat(1 << 20));
        for _ in 0..LONGEST_BODY >> 20 {
            assert_eq!(chunked.read(chunk.as_bytes(), &mut body), Ok((chunk.len(), false)));
        }
        assert_eq!(chunked.read(b"1\r\nx", &mut body), Err(Fault::TooLong));
    }
}
