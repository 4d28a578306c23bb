//! Random requests, and the writes that carry them.

use std::collections::VecDeque;

use proptest::collection::vec;
use proptest::prelude::*;

/// The bodies of all answers.
pub(super) fn expected(steps: &[Step]) -> Vec<String> {
    let bodies = steps.iter().enumerate().map(|(place, step)| match step.kind {
        Kind::Head => String::new(),
        Kind::Get
        | Kind::Long
        | Kind::Post
        | Kind::Chunked { .. }
        | Kind::Behind { .. }
        | Kind::Unread { .. } => answer_of(place, step.seen(), step.sizes.1),
    });
    bodies.collect()
}

pub(super) fn answer_of(place: usize, seen: usize, filling: usize) -> String {
    format!("{place}:{seen}:{}", "a".repeat(filling))
}

/// One request of a script.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) kind: Kind,
    /// The length of the request's body, and of the answer's body, in bytes.
    sizes: (usize, usize),
    /// How long the handler takes, in milliseconds.
    takes: u64,
    /// Whether the answer's body is streamed in pieces.
    streamed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    Get,
    Head,
    /// A GET with a header as long as the body would be.
    Long,
    Post,
    Chunked {
        piece: usize,
        trailers: bool,
    },
    /// The handler answers at once, and a separate task reads the body.
    Behind {
        piece: usize,
    },
    /// The handler does not read the body.
    Unread {
        piece: usize,
    },
}

impl Step {
    /// The request's bytes. `place` is its index in the script.
    fn bytes(&self, place: usize) -> Vec<u8> {
        let (sent, answer) = self.sizes;
        let streamed = u8::from(self.streamed);
        let read = match self.kind {
            Kind::Get | Kind::Head | Kind::Long | Kind::Post | Kind::Chunked { .. } => 0,
            Kind::Unread { .. } => 1,
            Kind::Behind { .. } => 2,
        };
        let method = match self.kind {
            Kind::Get | Kind::Long => "GET",
            Kind::Head => "HEAD",
            Kind::Post | Kind::Chunked { .. } | Kind::Behind { .. } | Kind::Unread { .. } => "POST",
        };
        let takes = self.takes;
        let head = format!(
            "{method} /{place}/{answer}/{takes}/{streamed}/{read} HTTP/1.1\r\nhost: test\r\n"
        );
        let filling = "b".repeat(sent);
        let rest = match self.kind {
            Kind::Get | Kind::Head => "\r\n".to_owned(),
            Kind::Long => format!("x-long: {filling}\r\n\r\n"),
            Kind::Post => format!("content-length: {sent}\r\n\r\n{filling}"),
            Kind::Chunked { piece, trailers } => chunked(&filling, piece, trailers),
            Kind::Behind { piece } | Kind::Unread { piece } => chunked(&filling, piece, false),
        };
        format!("{head}{rest}").into_bytes()
    }

    /// How many bytes of the body the handler reads.
    fn seen(&self) -> usize {
        match self.kind {
            Kind::Get | Kind::Head | Kind::Long => 0,
            Kind::Behind { .. } | Kind::Unread { .. } => 0,
            Kind::Post | Kind::Chunked { .. } => self.sizes.0,
        }
    }
}

fn chunked(filling: &str, piece: usize, trailers: bool) -> String {
    let mut out = "transfer-encoding: chunked\r\n\r\n".to_owned();
    for piece in filling.as_bytes().chunks(piece) {
        let piece = std::str::from_utf8(piece).expect("text");
        out.push_str(&format!("{:x}\r\n{piece}\r\n", piece.len()));
    }
    out.push_str(if trailers { "0\r\nx-end: yes\r\n\r\n" } else { "0\r\n\r\n" });
    out
}

/// Requests, and random cuts of their bytes into writes, with pauses between them.
#[derive(Clone, Debug)]
pub(super) struct Script {
    pub(super) steps: Vec<Step>,
    cuts: Vec<(prop::sample::Index, u64)>,
    pub(super) park: bool,
    /// How many bytes a connection buffers in each direction.
    pub(super) window: usize,
}

impl Script {
    /// For each write: the bytes, the pause after it in milliseconds, and how many requests are
    /// complete by then.
    pub(super) fn writes(&self) -> VecDeque<(Vec<u8>, u64, usize)> {
        let mut ends = Vec::new();
        let mut bytes = Vec::new();
        for (place, step) in self.steps.iter().enumerate() {
            bytes.extend(step.bytes(place));
            ends.push(bytes.len());
        }
        let mut cuts: Vec<_> =
            self.cuts.iter().map(|(at, wait)| (at.index(bytes.len() + 1), *wait)).collect();
        cuts.push((bytes.len(), 0));
        cuts.sort_unstable();
        let mut from = 0;
        let writes = cuts.into_iter().map(|(at, wait)| {
            let whole = ends.iter().filter(|end| **end <= at).count();
            (bytes[std::mem::replace(&mut from, at)..at].to_vec(), wait, whole)
        });
        writes.collect()
    }
}

fn sizes() -> impl Strategy<Value = usize> {
    let borders = prop::sample::select(vec![0, 1, 1023, 1024, 1025, 2047, 2048, 2049, 8191, 8192]);
    prop_oneof![4 => 0usize..64, 3 => borders, 1 => 8_000usize..8_400, 1 => 0usize..20_000]
}

fn steps(unread: bool) -> impl Strategy<Value = Step> {
    let piece = prop_oneof![1usize..20, 1000usize..9_000];
    let kinds = prop_oneof![
        3 => Just(Kind::Get),
        1 => Just(Kind::Head),
        1 => Just(Kind::Long),
        2 => Just(Kind::Post),
        1 => (1000usize..9_000).prop_map(|piece| Kind::Behind { piece }),
        2 => (piece, any::<bool>()).prop_map(|(piece, trailers)| Kind::Chunked { piece, trailers }),
        u32::from(unread) => (1usize..20).prop_map(|piece| Kind::Unread { piece }),
    ];
    let takes = prop_oneof![3 => Just(0u64), 1 => 1u64..100, 1 => 100u64..3_000];
    (kinds, sizes(), sizes(), takes, any::<bool>()).prop_map(
        |(kind, sent, answer, takes, streamed)| {
            // The server reads at most one piece of an unread body.
            let sent = if matches!(kind, Kind::Unread { .. }) { sent.min(19) } else { sent };
            Step { kind, sizes: (sent, answer), takes, streamed }
        },
    )
}

pub(super) fn scripts(unread: bool) -> impl Strategy<Value = Script> {
    let wait = prop_oneof![3 => Just(0u64), 2 => 1u64..300, 2 => 900u64..3_500];
    let cuts = vec((any::<prop::sample::Index>(), wait), 0..6);
    let window = prop::sample::select(vec![64, 1024, 4096, 65_536]);
    (vec(steps(unread), 1..6), cuts, any::<bool>(), window)
        .prop_map(|(steps, cuts, park, window)| Script { steps, cuts, park, window })
}
