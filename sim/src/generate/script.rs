use lastorders_model::plan::{ClientStep, Closing, Cut, Part, Request, Step, Until};

use super::Requests;
use super::stream::Stream;
use super::times::Times;
use crate::case::Link;

/// The longest time that a client delays its own answer, over all its pauses and slow reads. The
/// world gives clients two seconds after the server's end. An answer unread by then would look like
/// silence of the server.
pub(super) const PATIENCE_US: u64 = 500_000;

/// Collects the steps of one client.
#[derive(Debug)]
pub(super) struct Script<'a> {
    pub(super) stream: Stream,
    pub(super) times: &'a Times,
    pub(super) requests: &'a Requests,
    pub(super) link: Link,
    pub(super) steps: Vec<Step<ClientStep>>,
}

impl Script<'_> {
    /// Draws `N` times of this client, in order.
    pub(super) fn times<const N: usize>(&mut self) -> [u64; N] {
        let mut times = [0; N];
        times.fill_with(|| self.times.draw_client(&mut self.stream, self.link));
        times.sort_unstable();
        times
    }

    fn own(&mut self, step: ClientStep) {
        self.steps.push(Step::Own(step));
    }

    pub(super) fn at(&mut self, us: u64) {
        self.steps.push(Step::At { us });
    }

    pub(super) fn connect(&mut self) {
        self.own(ClientStep::Connect);
    }

    /// Sends a request for work.
    pub(super) fn work(&mut self) {
        let request = self.requests.draw(&mut self.stream);
        self.send(request, Part::Whole);
    }

    /// Sends a request for work, or one time in four `GET /health`.
    pub(super) fn ask(&mut self) {
        if self.stream.chance(1, 4) {
            self.probe();
        } else {
            self.work();
        }
    }

    /// Sends `GET /health`, or a request for work where the service has no `/health`.
    pub(super) fn probe(&mut self) {
        let request = self.probe_or_request();
        self.send(request, Part::Whole);
    }

    fn probe_or_request(&mut self) -> Request {
        if self.requests.has_health() {
            Request::health()
        } else {
            self.requests.draw(&mut self.stream)
        }
    }

    pub(super) fn send(&mut self, request: Request, part: Part) {
        self.own(ClientStep::Send { request, part });
    }

    /// Sends a request in two parts, the second no earlier than `rest_at`.
    pub(super) fn send_cut(&mut self, request: &Request, cut: Cut, rest_at: u64) {
        self.send(request.clone(), Part::UpTo(cut));
        self.at(rest_at);
        self.send(request.clone(), Part::From(cut));
    }

    pub(super) fn receive(&mut self) {
        self.own(ClientStep::Receive);
    }

    pub(super) fn read_slowly(&mut self, bytes: u32, every_ms: u64) {
        self.own(ClientStep::ReadSlowly { bytes, every_ms });
    }

    pub(super) fn expect_close(&mut self) {
        self.own(ClientStep::ExpectClose);
    }

    pub(super) fn close(&mut self, how: Closing) {
        self.own(ClientStep::Close { how });
    }

    /// Repeats the steps that `write` adds, without a pause.
    pub(super) fn rounds(&mut self, rounds: u64, write: impl FnOnce(&mut Self)) {
        let before = std::mem::take(&mut self.steps);
        write(self);
        let steps = std::mem::replace(&mut self.steps, before);
        self.steps.push(Step::Repeat { until: Until::Times(rounds), steps });
    }

    /// Ends the script of a client that has its answers: the client waits for the close, or leaves.
    pub(super) fn end(&mut self) {
        match self.stream.between(0, 3) {
            0 | 1 => self.expect_close(),
            2 => self.close(Closing::Fin),
            // The world closes the connection when the script ends.
            _ => {}
        }
    }
}
