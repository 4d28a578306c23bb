use bytes::{Bytes, BytesMut};

use super::scan::Scanner;
use super::statements::Statements;

/// Postgres refuses longer startup packets too.
const LONGEST_STARTUP: usize = 10_000;

const CANCEL: u32 = 80_877_102;
const SSL: u32 = 80_877_103;
const GSSENC: u32 = 80_877_104;

/// The bytes that the server under test sends in one session.
///
/// Add bytes with [`push`](Self::push), then take every [`next`](Self::next) until `None`, before
/// more bytes.
#[derive(Debug, Default)]
pub(in crate::store) struct Requests {
    phase: Phase,
    input: BytesMut,
    /// Keeps the beginning of a statement, which shows whether it inserts.
    scanner: Scanner<1024>,
    statements: Statements,
    /// The bytes of the request that was returned last.
    ready: Option<Bytes>,
}

/// The variants are in the order in which they follow each other.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Packets without a tag: requests for encryption, then the startup itself.
    #[default]
    Startup,
    /// Messages with a tag.
    Messages,
    /// Bytes that are forwarded unread: a cancel request, or another protocol.
    Raw,
}

/// The next step for the proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) enum Request {
    /// Answer `N`: the proxy has no encryption.
    Encrypt,
    /// The session starts, and needs Postgres from now on.
    Start(Startup),
    /// A statement of another session is to be cancelled. Postgres closes this connection.
    Cancel,
    /// The bytes are not the protocol. Postgres may answer with an error.
    Garbled,
    /// A query is about to be forwarded.
    Work {
        /// Whether the query's text inserts rows.
        inserts: bool,
    },
    /// `Terminate` is about to be forwarded.
    Terminate,
    /// Send these bytes to Postgres.
    Forward(Bytes),
}

/// The names in a startup packet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::store) struct Startup {
    pub(in crate::store) user: String,
    pub(in crate::store) database: String,
    pub(in crate::store) application: String,
}

impl Requests {
    /// More bytes from the server under test.
    pub(in crate::store) fn push(&mut self, bytes: &[u8]) {
        self.input.extend_from_slice(bytes);
    }

    /// The next step; `None` if more bytes are needed.
    pub(in crate::store) fn next(&mut self) -> Option<Request> {
        if let Some(bytes) = self.ready.take() {
            return Some(Request::Forward(bytes));
        }
        if self.input.is_empty() {
            return None;
        }
        match self.phase {
            Phase::Startup => self.startup(),
            Phase::Messages => Some(self.messages()),
            Phase::Raw => Some(Request::Forward(self.input.split().freeze())),
        }
    }

    fn startup(&mut self) -> Option<Request> {
        let (length, rest) = self.input.split_first_chunk::<4>()?;
        let length = u32::from_be_bytes(*length) as usize;
        if !(8..=LONGEST_STARTUP).contains(&length) {
            return Some(self.raw(Request::Garbled));
        }
        let packet = rest.get(..length - 4)?;
        let (code, parameters) = packet.split_first_chunk::<4>()?;
        match u32::from_be_bytes(*code) {
            SSL | GSSENC => {
                let _ = self.input.split_to(length);
                Some(Request::Encrypt)
            }
            CANCEL => Some(self.raw(Request::Cancel)),
            version if version >> 16 == 3 => {
                let startup = Startup::read(parameters);
                self.phase = Phase::Messages;
                self.ready = Some(self.input.split_to(length).freeze());
                Some(Request::Start(startup))
            }
            _ => Some(self.raw(Request::Garbled)),
        }
    }

    /// Forwards messages together, up to one that is reported.
    fn messages(&mut self) -> Request {
        let mut len = 0;
        while len < self.input.len() {
            let piece = self.scanner.next(&self.input[len..]);
            len += piece.len;
            if !piece.ends {
                continue;
            }
            let body = self.scanner.body();
            let said = match piece.tag {
                b'P' => {
                    self.statements.parse(body);
                    continue;
                }
                b'B' => {
                    self.statements.bind(body);
                    continue;
                }
                b'Q' => Request::Work { inserts: Statements::query(body) },
                b'E' => Request::Work { inserts: self.statements.execute(body) },
                // `FunctionCall`, the old way to call a function.
                b'F' => Request::Work { inserts: false },
                b'X' => Request::Terminate,
                _ => continue,
            };
            self.ready = Some(self.input.split_to(len).freeze());
            return said;
        }
        Request::Forward(self.input.split().freeze())
    }

    fn raw(&mut self, why: Request) -> Request {
        self.phase = Phase::Raw;
        why
    }
}

impl Startup {
    fn read(parameters: &[u8]) -> Self {
        let mut words = parameters.split(|&byte| byte == 0).map(String::from_utf8_lossy);
        let mut startup = Self::default();
        while let Some(key) = words.next().filter(|key| !key.is_empty()) {
            let value = words.next().unwrap_or_default();
            match &*key {
                "user" => startup.user = value.into_owned(),
                "database" => startup.database = value.into_owned(),
                "application_name" => startup.application = value.into_owned(),
                _ => {}
            }
        }
        startup
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(code: u32, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 8).expect("short");
        [&length.to_be_bytes()[..], &code.to_be_bytes(), body].concat()
    }

    fn startup() -> Vec<u8> {
        packet(196_608, b"user\0u\0database\0d\0application_name\0app\0\0")
    }

    /// All requests of a stream, and its forwarded bytes joined.
    fn run(stream: &[u8], step: usize) -> (Vec<Request>, Vec<u8>) {
        let mut requests = Requests::default();
        let (mut said, mut forwarded) = (Vec::new(), Vec::new());
        for chunk in stream.chunks(step) {
            requests.push(chunk);
            while let Some(request) = requests.next() {
                match request {
                    Request::Forward(bytes) => forwarded.extend_from_slice(&bytes),
                    other => said.push(other),
                }
            }
        }
        (said, forwarded)
    }

    #[test]
    fn session_is_followed_from_startup_to_terminate() {
        let messages = b"Q\0\0\0\x0bSELECT1P\0\0\0\x0ep\0INSERT\0\0B\0\0\0\x07\0p\0\
            E\0\0\0\x05\0S\0\0\0\x04X\0\0\0\x04";
        let encryption = [packet(SSL, b""), packet(GSSENC, b"")].concat();
        let stream = [&encryption[..], &startup(), messages].concat();
        let who = Startup { user: "u".into(), database: "d".into(), application: "app".into() };
        for step in 1..=stream.len() {
            let (said, forwarded) = run(&stream, step);
            let expected = vec![
                Request::Encrypt,
                Request::Encrypt,
                Request::Start(who.clone()),
                Request::Work { inserts: false },
                Request::Work { inserts: true },
                Request::Terminate,
            ];
            assert_eq!(said, expected, "in steps of {step}");
            assert_eq!(forwarded, stream[encryption.len()..], "in steps of {step}");
        }
    }

    #[test]
    fn cancel_request_is_forwarded_unchanged() {
        let stream = packet(CANCEL, b"12345678");
        assert_eq!(run(&stream, 64), (vec![Request::Cancel], stream));
    }

    #[test]
    fn bytes_of_another_protocol_are_forwarded_unchanged() {
        for stream in [
            // too short, too long, another protocol, TLS from the first byte
            vec![0, 0, 0, 7, 0, 3, 0, 0, 9, 9],
            packet(9 << 16, b"user\0"),
            b"GET / HTTP/1.1\r\n\r\n".to_vec(),
            vec![0x16, 3, 1, 2, 0, 1, 0, 1],
            vec![0xff; 5000],
            vec![0; 5],
        ] {
            let (said, forwarded) = run(&stream, 3);
            let expected: Vec<_> =
                (!said.is_empty()).then_some(Request::Garbled).into_iter().collect();
            assert_eq!(said, expected);
            assert!(said.is_empty() || forwarded == stream, "{stream:?}");
        }
    }

    #[test]
    fn garbage_after_startup_is_forwarded_without_an_event() {
        let stream = [&startup()[..], b"Q\0\0\0\0rubbish"].concat();
        let (said, forwarded) = run(&stream, 5);
        assert_eq!(said.len(), 1);
        assert_eq!(forwarded, stream);
    }
}
