use lastorders_model::plan::{ClientStep, Closing, Cut, Part, Request, Step, Until};

use super::Requests;
use super::stream::Stream;
use super::times::Times;
use crate::case::Link;

/// How long a client makes its own answer wait at most, in all its pauses and slow reads. The world
/// gives clients two seconds from the server's end on: what they have not read by then would be
/// silence, and no fault of the server's.
pub(super) const PATIENCE_US: u64 = 500_000;

/// The script of one client, in the making.
#[derive(Debug)]
pub(super) struct Script<'a> {
    pub(super) stream: Stream,
    pub(super) times: &'a Times,
    pub(super) requests: &'a Requests,
    pub(super) link: Link,
    pub(super) steps: Vec<Step<ClientStep>>,
}

impl Script<'_> {
    /// So many times of this client, in order.
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

    /// Sends a request that does something.
    pub(super) fn work(&mut self) {
        let request = self.requests.draw(&mut self.stream);
        self.send(request, Part::Whole);
    }

    /// Sends a request that does something, or one of four times `GET /health`.
    pub(super) fn ask(&mut self) {
        if self.stream.chance(1, 4) {
            self.probe();
        } else {
            self.work();
        }
    }

    /// Sends `GET /health`, or what there is in its place.
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

    /// Sends a request in two parts, the second no earlier than at this time.
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

    /// So many rounds, without a pause.
    pub(super) fn rounds(&mut self, rounds: u64, write: impl FnOnce(&mut Self)) {
        let before = std::mem::take(&mut self.steps);
        write(self);
        let steps = std::mem::replace(&mut self.steps, before);
        self.steps.push(Step::Repeat { until: Until::Times(rounds), steps });
    }

    /// A client that has what it wanted waits for the server to close, or leaves.
    pub(super) fn end(&mut self) {
        match self.stream.between(0, 3) {
            0 | 1 => self.expect_close(),
            2 => self.close(Closing::Fin),
            // Leaving is closing, too; the world does it at the script's end.
            _ => {}
        }
    }
}
