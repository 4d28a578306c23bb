/// Cuts a stream of Postgres messages (a tag, four bytes of length, a body) at their boundaries.
///
/// The scanner keeps only the first `KEPT` bytes of the current message's body, so no claimed
/// length makes it allocate. An impossible length makes it blind: the rest of the stream is one
/// endless message with the tag [`BLIND`].
#[derive(Debug, Default)]
pub(super) struct Scanner<const KEPT: usize> {
    head: [u8; 5],
    head_len: usize,
    left: usize,
    body: Vec<u8>,
    blind: bool,
}

/// The tag of bytes that are not understood.
pub(super) const BLIND: u8 = 0;

/// Bytes of one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    /// The message's tag.
    pub(super) tag: u8,
    /// The number of bytes, from the front of the input; at least 1.
    pub(super) len: usize,
    /// Whether the message ends with these bytes.
    pub(super) ends: bool,
}

impl<const KEPT: usize> Scanner<KEPT> {
    /// The first bytes of `input` that belong to one message. `input` must not be empty.
    pub(super) fn next(&mut self, input: &[u8]) -> Piece {
        if self.blind {
            return Piece { tag: BLIND, len: input.len(), ends: false };
        }
        let head = input.len().min(5 - self.head_len);
        self.head[self.head_len..self.head_len + head].copy_from_slice(&input[..head]);
        let [tag, length @ ..] = self.head;
        if head > 0 {
            self.head_len += head;
            if self.head_len < 5 {
                return Piece { tag, len: head, ends: false };
            }
            // The length includes its own four bytes.
            let Some(left) = u32::from_be_bytes(length).checked_sub(4) else {
                self.blind = true;
                return Piece { tag: BLIND, len: input.len(), ends: false };
            };
            self.left = left as usize;
            self.body.clear();
        }
        let body = self.left.min(input.len() - head);
        let kept = body.min(KEPT - self.body.len());
        self.body.extend_from_slice(&input[head..head + kept]);
        self.left -= body;
        let ends = self.left == 0;
        if ends {
            self.head_len = 0;
        }
        Piece { tag, len: head + body, ends }
    }

    /// The first bytes of the body of the message that ended last.
    pub(super) fn body(&self) -> &[u8] {
        &self.body
    }

    /// Whether the stream is no longer understood.
    pub(super) fn blind(&self) -> bool {
        self.blind
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tag and body of each message of a stream that arrives `step` bytes at a time.
    fn whole_messages(stream: &[u8], step: usize) -> Vec<(u8, Vec<u8>)> {
        let mut scanner = Scanner::<64>::default();
        let mut messages = Vec::new();
        for chunk in stream.chunks(step) {
            let mut rest = chunk;
            while !rest.is_empty() {
                let piece = scanner.next(rest);
                assert!(piece.len > 0 && piece.len <= rest.len());
                rest = &rest[piece.len..];
                if piece.ends {
                    messages.push((piece.tag, scanner.body().to_vec()));
                }
            }
        }
        messages
    }

    #[test]
    fn postgres_messages_are_found_wherever_the_stream_is_cut() {
        let stream = b"Z\0\0\0\x05IC\0\0\0\x0bSELECT1S\0\0\0\x04Z\0\0\0\x05T";
        let expected = vec![
            (b'Z', b"I".to_vec()),
            (b'C', b"SELECT1".to_vec()),
            (b'S', Vec::new()),
            (b'Z', b"T".to_vec()),
        ];
        for step in 1..=stream.len() {
            assert_eq!(whole_messages(stream, step), expected, "in steps of {step}");
        }
    }

    #[test]
    fn huge_claimed_message_length_allocates_nothing() {
        let mut scanner = Scanner::<64>::default();
        let piece = scanner.next(b"D\xff\xff\xff\xffabc");
        assert_eq!(piece, Piece { tag: b'D', len: 8, ends: false });
        assert!(scanner.body.capacity() < 1024);
        let piece = scanner.next(&[7; 4096]);
        assert_eq!(piece, Piece { tag: b'D', len: 4096, ends: false });
        assert!(scanner.body.len() <= 64);
    }

    #[test]
    fn impossible_message_length_blinds_the_scanner() {
        for length in [0_u8, 3] {
            let mut scanner = Scanner::<64>::default();
            let piece = scanner.next(&[b'Q', 0, 0, 0, length, 1, 2]);
            assert_eq!(piece, Piece { tag: BLIND, len: 7, ends: false });
            assert!(scanner.blind());
            assert_eq!(scanner.next(b"xyz"), Piece { tag: BLIND, len: 3, ends: false });
        }
    }
}
