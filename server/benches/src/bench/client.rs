use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::bench::error::{Context, Error};

/// How long any answer may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A request, and the body of its answer, which must be a 200.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    request: String,
    body: &'static str,
}

impl Exchange {
    /// `GET /`.
    pub(crate) fn hello() -> Self {
        Self { request: "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".to_owned(), body: "hello" }
    }

    /// `GET /` with `Connection: close`.
    pub(crate) fn last_hello() -> Self {
        let request = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        Self { request: request.to_owned(), body: "hello" }
    }

    /// `GET /seen/{ms}`. The server prints [`SEEN`](crate::subject::SEEN) when it has the request.
    pub(crate) fn seen(time: Duration) -> Self {
        let ms = time.as_millis();
        let request = format!("GET /seen/{ms} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        Self { request, body: "slow" }
    }
}

/// A keep-alive client that uses little processor time, and checks every answer.
///
/// The load uses the judge's client, which copies each header and runs on tokio. This client shares
/// the machine with the server whose speed it measures, so it does neither.
///
/// The first answer is parsed by its head. Later answers must have the same length (a date's length
/// never changes), the same status and the right body.
#[derive(Debug)]
pub(crate) struct Client {
    stream: TcpStream,
    length: Option<usize>,
    buffer: Box<[u8; 1024]>,
}

impl Client {
    pub(crate) fn connect(address: SocketAddr) -> Result<Self, Error> {
        let stream = TcpStream::connect(address).to(format!("connect to {address}"))?;
        stream.set_nodelay(true).to("set TCP_NODELAY")?;
        stream.set_read_timeout(Some(PATIENCE)).to("set a read timeout")?;
        Ok(Self { stream, length: None, buffer: Box::new([0; 1024]) })
    }

    pub(crate) fn send(&mut self, exchange: &Exchange) -> Result<(), Error> {
        self.stream.write_all(exchange.request.as_bytes()).to("send a request")
    }

    /// Reads the whole answer, and checks it.
    pub(crate) fn receive(&mut self, exchange: &Exchange) -> Result<(), Error> {
        let mut filled = 0;
        while self.length.is_none_or(|length| filled < length) {
            let read = self.stream.read(&mut self.buffer[filled..]).to("read an answer")?;
            if read == 0 {
                let got = String::from_utf8_lossy(&self.buffer[..filled]);
                return Err(Error::Wrong(format!(
                    "the connection ended inside an answer: {got:?}"
                )));
            }
            filled += read;
            if self.length.is_none() {
                self.length = whole(&self.buffer[..filled]);
            }
        }
        let answer = &self.buffer[..filled];
        let right = Some(filled) == self.length
            && answer.starts_with(b"HTTP/1.1 200 OK\r\n")
            && answer
                .strip_suffix(exchange.body.as_bytes())
                .is_some_and(|it| it.ends_with(b"\r\n\r\n"));
        if !right {
            let got = String::from_utf8_lossy(answer);
            return Err(Error::Wrong(format!("not the right answer: {got:?}")));
        }
        Ok(())
    }

    /// Sends the request and reads its answer.
    pub(crate) fn exchange(&mut self, exchange: &Exchange) -> Result<(), Error> {
        self.send(exchange)?;
        self.receive(exchange)
    }

    /// Waits until the server closes.
    pub(crate) fn expect_close(mut self) -> Result<(), Error> {
        match self.stream.read(&mut self.buffer[..]).to("read the end of a connection")? {
            0 => Ok(()),
            more => Err(Error::Wrong(format!(
                "expected the end of the connection, but read {more} bytes"
            ))),
        }
    }
}

/// The length of the answer that these bytes begin, once its head is complete.
fn whole(bytes: &[u8]) -> Option<usize> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (head, _) = text.split_once("\r\n\r\n")?;
    let mut fields = head.lines().filter_map(|line| line.split_once(':'));
    let (_, length) = fields.find(|(name, _)| name.eq_ignore_ascii_case("content-length"))?;
    let length: usize = length.trim().parse().ok()?;
    Some(head.len() + "\r\n\r\n".len() + length)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    const RIGHT: &str = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";

    /// Returns the client's result for these answers, which the server writes in the given pieces.
    fn talk(answers: &'static [&'static [&'static str]]) -> Result<(), Error> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut client = Client::connect(listener.local_addr().unwrap()).unwrap();
        let (mut server, _) = listener.accept().unwrap();
        server.set_nodelay(true).unwrap();
        let server = std::thread::spawn(move || {
            for answer in answers {
                let mut request = [0; 1024];
                assert!(server.read(&mut request).unwrap() > 0);
                for piece in *answer {
                    server.write_all(piece.as_bytes()).unwrap();
                }
            }
        });
        let hello = Exchange::hello();
        let result = answers.iter().try_for_each(|_| client.exchange(&hello));
        drop(client);
        server.join().unwrap();
        result
    }

    #[test]
    fn correct_answers_are_accepted_in_any_pieces() {
        talk(&[&[RIGHT], &[RIGHT], &["HTTP/1.1 2", "00 OK\r\ncontent-length: 5\r\n\r\nhe", "llo"]])
            .unwrap();
    }

    #[test]
    fn wrong_answers_are_errors() {
        let wrong: &[&'static [&'static [&'static str]]] = &[
            // Another status.
            &[&["HTTP/1.1 503 Service Unavailable\r\ncontent-length: 5\r\n\r\nhello"]],
            // Another body, of the same length.
            &[&["HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nworld"]],
            &[&[RIGHT], &["HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nworld"]],
            // The right end, in a longer body.
            &[&["HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalahello"]],
            // An end inside the answer.
            &[&["HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhel"]],
            // More bytes than the answer should have.
            &[&[RIGHT], &["HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello!"]],
        ];
        for answers in wrong {
            assert!(matches!(talk(answers), Err(Error::Wrong(_))), "{answers:?}");
        }
    }
}
