use std::io;
use std::time::Duration;

use super::super::kept::keep_for;
use super::super::run_context::{RunContext, after};
use super::super::script::{Performer, run_script};
use super::super::world::World;
use super::connection::{Connection, connect_error};
use super::received::Received;
use crate::history::{ConnectError, End, EventKind, RequestId, Sign};
use crate::plan::{ClientStep, Closing, Part, Request, Step};

/// Runs the script of a client that speaks HTTP/2 if `http2`, else HTTP/1.1.
pub(crate) async fn run<W: World>(
    context: &RunContext<W>,
    actor: &str,
    steps: &[Step<ClientStep>],
    http2: bool,
) {
    let mut client =
        Client { context, actor, http2, conn: None, conns: 0, requests: 0, gone: false };
    run_script(context, actor, steps, &mut client).await;
    client.leave();
}

struct Client<'a, W: World> {
    context: &'a RunContext<W>,
    actor: &'a str,
    http2: bool,
    conn: Option<Connection<W::Stream>>,
    conns: u64,
    requests: u64,
    /// Whether a connection was refused, or ended with an answer due.
    gone: bool,
}

impl<W: World> Performer<ClientStep> for Client<'_, W> {
    async fn perform(&mut self, step: &ClientStep, again: bool) {
        match step {
            ClientStep::Connect => self.connect().await,
            ClientStep::Send { request, part } => {
                let n = self.requests + u64::from(is_first(*part));
                let request = if again { &request.numbered(n) } else { request };
                self.send(request, *part).await;
            }
            ClientStep::Receive => self.receive(None).await,
            ClientStep::ReadSlowly { bytes, every_ms } => {
                let bytes = usize::try_from(*bytes).unwrap_or(usize::MAX);
                self.receive(Some((bytes, Duration::from_millis(*every_ms)))).await;
            }
            ClientStep::ExpectClose => self.expect_close().await,
            ClientStep::Close { how } => self.close(*how).await,
        }
    }

    fn is_gone(&self) -> bool {
        self.gone
    }
}

impl<W: World> Client<'_, W> {
    async fn connect(&mut self) {
        self.leave();
        self.conns += 1;
        let name = format!("{}@{}", self.actor, self.conns);
        let world = self.context.world();
        let began_us = self.context.now_us();
        let until = after(began_us, Duration::from_millis(self.context.contract().answer_ms));
        let opened = async {
            let (stream, port) = world.connect(self.actor).await?;
            Ok((Connection::open(name.clone(), stream, self.http2).await?, port))
        };
        let connected = tokio::select! {
            biased;
            connected = opened => connected.map_err(|error: io::Error| connect_error(&error)),
            () = self.context.over() => return,
            () = world.sleep_until_us(until) => Err(ConnectError::TimedOut),
        };
        match connected {
            Ok((conn, port)) => {
                self.context.remember(port, &name);
                self.context.record(self.actor, EventKind::Connected { conn: name, began_us });
                self.conn = Some(conn);
            }
            Err(error) => {
                self.gone = true;
                self.context.record(self.actor, EventKind::NotConnected { conn: name, error });
            }
        }
    }

    async fn send(&mut self, request: &Request, part: Part) {
        let first = is_first(part);
        let Some(conn) = self.conn.as_mut().filter(|conn| conn.usable || !first) else {
            self.gone = true;
            return;
        };
        if first {
            self.requests += 1;
            let id = format!("{}#{}", self.actor, self.requests);
            conn.waiting.push_back((RequestId { id, name: request.name.clone() }, request.intent));
        }
        // A request that was not begun has no second part.
        let Some((id, intent)) = conn.waiting.back().cloned() else { return };
        let (name, line) = (conn.name.clone(), format!("{} {}", request.method, request.path));
        let began_us = self.context.now_us();
        let sent = tokio::select! {
            biased;
            sent = conn.send(request, part) => sent,
            () = self.context.over() => return,
        };
        let what = match sent {
            Ok(bytes) => EventKind::Sent {
                began_us,
                conn: name,
                request: id,
                intent,
                line,
                bytes,
                first,
                last: part.is_last(),
            },
            Err(error) => {
                EventKind::NotSent { conn: name, request: id, intent, error: error.to_string() }
            }
        };
        self.context.record(self.actor, what);
    }

    async fn receive(&mut self, pace: Option<(usize, Duration)>) {
        let context = self.context;
        let Some(conn) = self.conn.as_mut().filter(|conn| !conn.waiting.is_empty()) else { return };
        let received = async {
            let Some((bytes, every)) = pace else { return conn.receive().await };
            loop {
                context.sleep(every).await;
                if let Some(received) = conn.receive_some(bytes).await {
                    return received;
                }
            }
        };
        let received = tokio::select! {
            biased;
            received = received => received,
            () = context.over() => Received::end(End::Silence, 0, None),
        };
        let ended = matches!(received, Received::End { .. });
        self.settle(received);
        let goes_on = self.conn.as_ref().is_some_and(Connection::goes_on);
        if ended && !goes_on && !context.is_over() {
            self.lost().await;
        }
    }

    /// Records the outcome of the oldest request without one.
    fn settle(&mut self, received: Received) {
        let Some(conn) = &mut self.conn else { return };
        let Some((request, intent)) = conn.waiting.pop_front() else { return };
        let conn = conn.name.clone();
        let what = match received {
            Received::Answer(mut answer) => {
                keep_for(intent, &mut answer);
                self.context.saw_status(answer.status);
                EventKind::Answered { conn, request, answer }
            }
            Received::End { by, got, status } => {
                self.gone = true;
                EventKind::Ended { conn, request, by, got, status }
            }
        };
        self.context.record(self.actor, what);
    }

    /// Records the end of a connection that ended while the client waited for a response.
    async fn lost(&mut self) {
        if self.conn.as_ref().is_some_and(Connection::is_multiplexed) {
            self.expect_close().await;
        } else {
            self.abandon_waiting(End::Fin);
            self.conn = None;
        }
    }

    async fn expect_close(&mut self) {
        let Some(conn) = &mut self.conn else { return };
        let by = tokio::select! {
            biased;
            by = conn.closed() => by,
            () = self.context.over() => End::Silence,
        };
        let idle = conn.waiting.is_empty() && !conn.upgraded;
        let name = conn.name.clone();
        if by != End::Silence {
            self.settle_multiplexed().await;
        }
        self.abandon_waiting(by);
        self.conn = None;
        self.context.record(self.actor, EventKind::Closed { conn: name, by });
        if idle && by != End::Silence {
            self.context.saw(Sign::ConnectionClosed);
        }
    }

    /// Records the known outcome of each request of an ended HTTP/2 connection.
    async fn settle_multiplexed(&mut self) {
        while let Some(conn) = &mut self.conn
            && conn.is_multiplexed()
            && !conn.waiting.is_empty()
        {
            let received = conn.receive().await;
            self.settle(received);
        }
    }

    async fn close(&mut self, how: Closing) {
        match how {
            Closing::Fin => self.leave(),
            Closing::Reset => {
                self.abandon_waiting(End::Client);
                if let Some(conn) = self.conn.take() {
                    self.note_closed(&conn.name);
                    if let Some(stream) = conn.into_stream() {
                        self.context.world().reset(stream);
                    }
                }
            }
            Closing::Half => {
                let Some(conn) = &mut self.conn else { return };
                // Recorded first, because the server's reaction must not stand before this event.
                let what = EventKind::HalfClosed { conn: conn.name.clone() };
                self.context.record(self.actor, what);
                tokio::select! {
                    biased;
                    // The next read reports a connection that has ended already.
                    _ = conn.half_close() => {}
                    () = self.context.over() => {}
                }
            }
        }
    }

    /// Closes the connection with FIN, if there is one.
    fn leave(&mut self) {
        self.abandon_waiting(if self.context.is_over() { End::Silence } else { End::Client });
        if let Some(conn) = self.conn.take() {
            self.note_closed(&conn.name);
        }
    }

    fn note_closed(&self, conn: &str) {
        self.context.forget(conn);
        if !self.context.is_over() {
            let what = EventKind::Closed { conn: conn.to_owned(), by: End::Client };
            self.context.record(self.actor, what);
        }
    }

    /// Records the end of every request that has no answer.
    fn abandon_waiting(&mut self, by: End) {
        let Some(conn) = &mut self.conn else { return };
        for (request, _) in conn.waiting.drain(..) {
            let conn = conn.name.clone();
            let what = EventKind::Ended { conn, request, by, got: 0, status: None };
            self.context.record(self.actor, what);
        }
    }
}

/// Whether the request's first byte is in this part.
fn is_first(part: Part) -> bool {
    match part {
        Part::Whole | Part::UpTo(_) => true,
        Part::From(_) => false,
    }
}
