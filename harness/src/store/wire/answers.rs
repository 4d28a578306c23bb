use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};

use super::scan::Scanner;

/// Bytes of one answer that may wait for the decision whether to withhold it. A longer answer does
/// not belong to an insert, and passes.
const MOST_HELD: usize = 1 << 20;

/// The bytes that Postgres sends in one session, and which of them an acknowledgement gate
/// withholds.
///
/// While the gate is closed, an answer is held from its first row or completion until
/// `ReadyForQuery` shows its outcome:
///
/// * rows were inserted, and the transaction has ended: they are committed, and the whole answer is
///   withheld;
/// * rows were inserted in a transaction that continues: the answer passes, and the answer to the
///   `COMMIT` will be withheld;
/// * any other answer passes, at the first completion that is no insert.
///
/// Add bytes with [`push`](Self::push), then take every [`next`](Self::next) until `None`, before
/// more bytes. Call `next` also after the gate has opened.
#[derive(Debug, Default)]
pub(in crate::store) struct Answers {
    scanner: Scanner<64>,
    input: BytesMut,
    pass: BytesMut,
    held: BytesMut,
    out: VecDeque<Answer>,
    /// Whether this answer was too long to hold.
    too_long: bool,
    /// Whether rows have been inserted since the last `ReadyForQuery`.
    inserted: bool,
    /// Whether rows have been inserted earlier in the current transaction.
    dirty: bool,
    /// Whether a transaction with inserted rows has been committed since the last `ReadyForQuery`.
    committed: bool,
}

/// Facts beyond the bytes.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct View {
    /// Whether the gate is closed.
    pub(in crate::store) gate_is_closed: bool,
    /// Whether the last query inserts rows. If a client sends several queries ahead, the last query
    /// may be later than the one of this answer; then only the tags decide.
    pub(in crate::store) inserting: bool,
}

/// The next step for the proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) enum Answer {
    /// Send these bytes to the server under test.
    Forward(Bytes),
    /// Send these bytes once the gate releases them.
    Withhold(Bytes),
    /// All bytes are forwarded, and the session is idle outside a transaction.
    Idle,
    /// All bytes are forwarded, and the session is idle inside a transaction.
    Paused,
}

impl Answers {
    /// More bytes from Postgres.
    pub(in crate::store) fn push(&mut self, bytes: &[u8]) {
        self.input.extend_from_slice(bytes);
    }

    /// The next step; `None` if more bytes are needed.
    pub(in crate::store) fn next(&mut self, view: View) -> Option<Answer> {
        if !view.gate_is_closed {
            self.flush();
        }
        while self.out.is_empty() && !self.input.is_empty() {
            let piece = self.scanner.next(&self.input);
            let bytes = self.input.split_to(piece.len);
            let begins = matches!(piece.tag, DATA_ROW | COMMAND_COMPLETE);
            if view.gate_is_closed && !self.too_long && (begins || !self.held.is_empty()) {
                self.held.extend_from_slice(&bytes);
            } else {
                self.pass.extend_from_slice(&bytes);
            }
            if piece.ends {
                self.ended(piece.tag, view.inserting);
            }
            if self.held.len() > MOST_HELD || self.scanner.blind() {
                self.too_long = true;
                self.flush();
            }
        }
        if self.out.is_empty() && !self.pass.is_empty() {
            self.forward();
        }
        self.out.pop_front()
    }

    /// The remaining bytes, once the stream has ended.
    pub(in crate::store) fn rest(&mut self) -> Bytes {
        self.flush();
        self.pass.extend_from_slice(&self.input.split());
        self.pass.split().freeze()
    }

    fn ended(&mut self, tag: u8, inserting: bool) {
        match tag {
            COMMAND_COMPLETE => {
                match Command::read(self.scanner.body()) {
                    Command::Insert => self.inserted = true,
                    Command::Rows if inserting => self.inserted = true,
                    Command::Commit if self.dirty || self.inserted => {
                        self.committed = true;
                        self.dirty = false;
                    }
                    // This may be `ROLLBACK TO SAVEPOINT`, which leaves earlier rows to be
                    // committed. `ReadyForQuery` shows whether the transaction has ended.
                    Command::Rollback => self.inserted = false,
                    Command::Commit | Command::Rows | Command::Other => {}
                }
                self.flush_unless_inserted();
            }
            // An error undoes the inserts, unless they were committed before.
            ERROR => {
                self.inserted = false;
                self.flush_unless_inserted();
            }
            // The portal returned as many rows as it was asked for, so an insert has run.
            PORTAL_SUSPENDED => {
                self.inserted |= inserting;
                self.flush_unless_inserted();
            }
            READY_FOR_QUERY => self.at_rest(self.scanner.body().first() == Some(&b'I')),
            _ => {}
        }
    }

    fn at_rest(&mut self, outside: bool) {
        let withhold = self.committed || (outside && self.inserted);
        self.dirty = !outside && (self.dirty || self.inserted);
        self.inserted = false;
        self.committed = false;
        self.too_long = false;
        if withhold && !self.held.is_empty() {
            self.forward();
            self.out.push_back(Answer::Withhold(self.held.split().freeze()));
        } else {
            self.flush();
            self.forward();
        }
        self.out.push_back(if outside { Answer::Idle } else { Answer::Paused });
    }

    fn flush_unless_inserted(&mut self) {
        if !self.inserted && !self.committed {
            self.flush();
        }
    }

    /// Held bytes follow the bytes that pass already.
    fn flush(&mut self) {
        self.pass.extend_from_slice(&self.held.split());
    }

    fn forward(&mut self) {
        if !self.pass.is_empty() {
            self.out.push_back(Answer::Forward(self.pass.split().freeze()));
        }
    }
}

const DATA_ROW: u8 = b'D';
const COMMAND_COMPLETE: u8 = b'C';
const ERROR: u8 = b'E';
const PORTAL_SUSPENDED: u8 = b's';
const READY_FOR_QUERY: u8 = b'Z';

/// A command's tag, by its meaning for rows and transactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Command {
    /// At least one row was inserted.
    Insert,
    /// At least one row was returned.
    Rows,
    Commit,
    Rollback,
    Other,
}

impl Command {
    /// Reads `INSERT 0 1`, `COPY 5`, `MERGE 2`, `COMMIT` and the like. `COPY` out of a table counts
    /// as an insert too; no server runs it for a request.
    fn read(tag: &[u8]) -> Self {
        let tag = tag.split(|&byte| byte == 0).next().unwrap_or_default();
        let mut words = tag.split(|&byte| byte == b' ');
        match (words.next().unwrap_or_default(), words.next_back()) {
            (b"INSERT" | b"COPY" | b"MERGE", Some(rows)) if rows != b"0" => Self::Insert,
            (b"SELECT", Some(rows)) if rows != b"0" => Self::Rows,
            (b"COMMIT", None) => Self::Commit,
            // The tag of a `COMMIT` in a failed transaction too.
            (b"ROLLBACK", None) => Self::Rollback,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
#[path = "answers_tests.rs"]
mod tests;
