//! The part of an answer that a client keeps.

use crate::history::{Answer, KEPT_BODY, LONGEST_BODY};
use crate::plan::Intent;

/// Bytes kept of a body that no check reads: 80 characters, as many as a finding shows.
const EXCERPT: usize = 320;
/// Bytes kept of an answer's headers.
const KEPT_HEADERS: usize = 2 << 10;

/// The kept part of a body, while the client reads it.
#[derive(Debug, Default)]
pub struct KeptBody {
    kept: Vec<u8>,
    got: u64,
}

/// The body is longer than a client reads.
#[derive(Debug, PartialEq, Eq)]
pub struct TooLong;

impl KeptBody {
    /// Starts an empty body for the answer with this head.
    ///
    /// # Errors
    ///
    /// If `Content-Length` announces more than [`LONGEST_BODY`] bytes.
    pub fn of(answer: &Answer) -> Result<Self, TooLong> {
        let body = Self::default();
        let announced =
            answer.header("content-length").and_then(|length| length.trim().parse().ok());
        body.expect(announced.unwrap_or(0))?;
        Ok(body)
    }

    /// Takes more bytes. Bytes beyond [`KEPT_BODY`] are counted and dropped.
    ///
    /// # Errors
    ///
    /// If the body becomes longer than [`LONGEST_BODY`].
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), TooLong> {
        let len = bytes.len() as u64;
        self.expect(len)?;
        self.got += len;
        let room = KEPT_BODY - self.kept.len();
        self.kept.extend_from_slice(&bytes[..room.min(bytes.len())]);
        Ok(())
    }

    /// Checks whether this many more bytes may follow.
    ///
    /// # Errors
    ///
    /// If the body would become longer than [`LONGEST_BODY`].
    pub fn expect(&self, more: u64) -> Result<(), TooLong> {
        if self.got.saturating_add(more) > LONGEST_BODY { Err(TooLong) } else { Ok(()) }
    }

    /// The bytes that have arrived so far.
    pub fn got(&self) -> u64 {
        self.got
    }

    /// Puts the complete body into the answer.
    pub fn complete(self, answer: &mut Answer) {
        answer.truncated = self.got > self.kept.len() as u64;
        answer.body = String::from_utf8_lossy(&self.kept).into_owned();
    }
}

/// Drops the headers beyond the first 2 KiB, because no check reads them.
pub fn trim_headers(answer: &mut Answer) {
    let mut kept = 0;
    answer.headers.retain(|(name, value)| {
        kept += name.len() + value.len();
        kept <= KEPT_HEADERS
    });
}

/// Drops most of a body that no check reads.
pub fn keep_for(intent: Intent, answer: &mut Answer) {
    let is_read =
        matches!((intent, answer.status), (Intent::Health, 200 | 503) | (Intent::Work, 201));
    if !is_read {
        shorten(answer);
    }
}

/// Drops the body beyond its first [`EXCERPT`] bytes.
pub(super) fn shorten(answer: &mut Answer) {
    if answer.body.len() > EXCERPT {
        let end = answer.body.floor_char_boundary(EXCERPT);
        // A copy, because a truncated string keeps its memory.
        answer.body = answer.body[..end].to_owned();
        answer.truncated = true;
    }
}

/// The bytes of an answer's headers and body, whose size the server decides.
pub(super) fn size(answer: &Answer) -> usize {
    let headers = answer.headers.iter().map(|(name, value)| name.len() + value.len());
    answer.body.len() + headers.sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16) -> Answer {
        Answer { status, headers: vec![], body: String::new(), truncated: false, says_close: false }
    }

    #[test]
    fn a_longer_body_is_cut_at_its_bound_and_marked_as_truncated() {
        for (len, kept, truncated) in [
            (0, 0, false),
            (KEPT_BODY, KEPT_BODY, false),
            (KEPT_BODY + 1, KEPT_BODY, true),
            (3 * KEPT_BODY, KEPT_BODY, true),
        ] {
            let mut body = KeptBody::default();
            for part in vec![b'x'; len].chunks(1000) {
                assert_eq!(body.push(part), Ok(()), "{len}");
            }
            let mut answer = answer(200);
            body.complete(&mut answer);
            assert_eq!((answer.body.len(), answer.truncated), (kept, truncated), "{len}");
        }
    }

    #[test]
    fn a_body_longer_than_the_limit_is_refused() {
        let mut body = KeptBody::default();
        let part = vec![b'x'; KEPT_BODY];
        for _ in 0..LONGEST_BODY / KEPT_BODY as u64 {
            assert_eq!(body.push(&part), Ok(()));
        }
        assert_eq!((body.push(b"x"), body.got()), (Err(TooLong), LONGEST_BODY));
        assert_eq!((body.expect(0), body.expect(u64::MAX)), (Ok(()), Err(TooLong)));
    }

    #[test]
    fn only_bodies_that_checks_read_are_kept_whole() {
        for (intent, status, whole) in [
            (Intent::Health, 200, true),
            (Intent::Health, 503, true),
            (Intent::Health, 500, false),
            (Intent::Work, 201, true),
            (Intent::Work, 503, false),
            (Intent::Bad, 400, false),
            (Intent::Upgrade, 200, false),
        ] {
            let mut answer = Answer { body: "ä".repeat(2000), ..answer(status) };
            keep_for(intent, &mut answer);
            let len = if whole { 4000 } else { EXCERPT };
            assert_eq!((answer.body.len(), answer.truncated), (len, !whole), "{intent:?} {status}");
        }
        let mut short = Answer { body: "x".repeat(EXCERPT), ..answer(500) };
        keep_for(Intent::Work, &mut short);
        assert!(!short.truncated);
    }
}
