use std::borrow::Cow;

use lastorders::drain;
use lastorders_model::plan::Plan;

use super::{Kind, Record, Stream, flag_names};
use crate::engine::tap::Flags;

/// A record in words, on one line: time, sequence, host, connection, and what happened.
#[must_use]
pub fn line(record: &Record, names: &Names) -> String {
    let Record { at_ns, sequence, host, connection, .. } = *record;
    let connection = names.connection(connection).map_or(String::new(), |name| format!(" {name}"));
    let (host, what) = (names.host(host), what(record));
    format!("{} #{sequence} {host}{connection}: {what}", time(at_ns))
}

/// A virtual time in milliseconds, with nanoseconds.
#[must_use]
pub fn time(at_ns: u64) -> String {
    format!("{}.{:06} ms", at_ns / 1_000_000, at_ns % 1_000_000)
}

/// The event of a record in words.
#[must_use]
pub fn what(record: &Record) -> String {
    let Record { kind, a, b, .. } = *record;
    match kind {
        Kind::PacketSent => format!("sends {}", packet(a, b)),
        Kind::PacketDelivered => format!("gets {}", packet(a, b)),
        Kind::PacketDropped => format!("loses {}", packet(a, b)),
        Kind::PacketHeld => format!("its link holds {}", packet(a, b)),
        Kind::Link => {
            format!("its link to host {b} is {}", one_of(a, &["held", "cut", "healed"]))
        }
        Kind::ConnectionAccepted => format!("accepts it from port {b}, {a} still queued"),
        Kind::ConnectionOpened => format!("is connected from port {a} after {}", time(b)),
        Kind::ConnectionClosed => format!("{}, {b} bytes unread", ended(a, "closes", "is closed")),
        Kind::ConnectionReset => format!("{}, {b} bytes unread", ended(a, "resets", "is reset")),
        Kind::ConnectionFailed => {
            let why = one_of(a, &["refused", "reset", "timed out", "another error"]);
            format!("could not connect after {}: {why}", time(b))
        }
        Kind::ConnectionDropped => format!("closes its socket, {a} bytes unread"),
        Kind::RequestSent => format!("sends {b} bytes of request {a}"),
        Kind::RequestAnswered => format!("request {a} is answered {b}"),
        Kind::RequestEnded => {
            let by = ["closed", "reset", "given up", "malformed", "silence"];
            format!("request {a} ends without a whole answer: {}", one_of(b, &by))
        }
        Kind::CallBegan => format!("call {a} begins"),
        Kind::CallEnded if b == 0 => format!("call {a} is dropped"),
        Kind::CallEnded => format!("call {a} answers {b}"),
        Kind::CallWritten if b == 0 => format!("the answer of call {a} is dropped"),
        Kind::CallWritten => format!("the answer of call {a} is written completely"),
        Kind::Signal
        | Kind::Step
        | Kind::Phase
        | Kind::Ready
        | Kind::Sealed
        | Kind::Release
        | Kind::Left
        | Kind::Exited => of_shutdown(record),
        Kind::StoreBegun
        | Kind::StoreDone
        | Kind::StoreHeld
        | Kind::StoreFault
        | Kind::Balancer => of_store(record),
        Kind::Yield => {
            format!("{} yields at poll {b}", one_of(a, &["I/O", "the store", "a task"]))
        }
        Kind::Draws => {
            let stream = usize::try_from(a).ok().and_then(|at| Stream::ALL.get(at));
            let name = stream.map_or("an unknown stream", |stream| stream.name());
            format!("{name} was drawn from {b} times")
        }
        Kind::TaskSpawned => format!("task {a} is spawned"),
        Kind::TaskEnded => format!("task {a} ends"),
        Kind::Sometimes => format!("reached: number {a} of what must be reached sometimes"),
        Kind::Mark => format!("mark {a} {b}"),
        Kind::Panicked => {
            format!("{} panics", one_of(a, &["the server", "an actor", "the world"]))
        }
        Kind::Stuck => "nothing can happen any more".to_owned(),
        Kind::Livelock => format!("{a} events, and no end"),
        Kind::End => {
            let how = ["done", "stuck", "livelock", "panicked", "unsupported"];
            format!("the run is over: {}", one_of(a, &how))
        }
    }
}

fn of_shutdown(record: &Record) -> String {
    let Record { kind, a, b, .. } = *record;
    match (kind, a) {
        (Kind::Signal, 15) => "SIGTERM".to_owned(),
        (Kind::Signal, 2) => "SIGINT".to_owned(),
        (Kind::Signal, number) => format!("signal {number}"),
        (Kind::Step, step) => format!("begins step {step} ({b})"),
        (Kind::Phase, _) => format!("enters: {}", phase(a)),
        (Kind::Ready, 0) => "is not ready".to_owned(),
        (Kind::Ready, _) => "is ready".to_owned(),
        (Kind::Sealed, method) => {
            format!("seals its listener (method {method}), {b} lost in its queue")
        }
        (Kind::Release, index) => {
            let state = one_of(b, &["begun", "done", "given up"]);
            format!("the release of resource {index} is {state}")
        }
        (Kind::Left, tasks) => format!("leaves {tasks} tasks and {b} sockets"),
        (_, code) => format!("returns with exit code {code}"),
    }
}

fn of_store(record: &Record) -> String {
    let Record { kind, a, b, .. } = *record;
    match (kind, a, b) {
        (Kind::StoreBegun, n, what) => format!("statement {n} begins ({what})"),
        (Kind::StoreDone, n, how) => {
            format!("statement {n} is {}", one_of(how, &["done", "failed", "dropped"]))
        }
        (Kind::StoreHeld, 0, 0) => "the gate is opened".to_owned(),
        (Kind::StoreHeld, 0, _) => "the gate is closed".to_owned(),
        (Kind::StoreHeld, n, 0) => format!("statement {n} is let go"),
        (Kind::StoreHeld, n, _) => format!("statement {n} waits at the gate"),
        (Kind::Balancer, 0, probes) => format!("the server is out of rotation ({probes} probes)"),
        (Kind::Balancer, _, probes) => format!("the server is in rotation ({probes} probes)"),
        (_, fault, _) => {
            let faults = ["reset", "silent", "refusing sessions", "stalled", "healed"];
            format!("the store is {}", one_of(fault, &faults))
        }
    }
}

/// The name of a phase by its index, or the index if no phase has it.
pub(super) fn phase(index: u64) -> String {
    let phase = usize::try_from(index).ok().and_then(|at| drain::Phase::ALL.get(at));
    phase.map_or_else(|| format!("phase {index}"), |phase| phase.name().to_owned())
}

fn packet(a: u64, b: u64) -> String {
    let flags = flag_names(Flags((a >> 32) as u8));
    let (length, seq, ack) = (a as u32, (b >> 32) as u32, b as u32);
    format!("{flags}, {length} bytes, seq {seq}, ack {ack}")
}

fn ended(by: u64, own: &str, other: &str) -> String {
    if by == 0 { format!("{own} it") } else { format!("{other} by its peer") }
}

fn one_of(number: u64, names: &[&str]) -> String {
    let name = usize::try_from(number).ok().and_then(|at| names.get(at));
    name.map_or_else(|| format!("number {number}"), |name| (*name).to_owned())
}

/// The names of a run's hosts and connections. A host or connection without a name is called by its
/// number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// Names by host number.
    pub hosts: Vec<String>,
    /// Names by connection number, from 1.
    pub connections: Vec<String>,
}

impl Names {
    /// The names of a plan's hosts, numbered like the world's: the server, the balancer, the
    /// actors.
    #[must_use]
    pub fn of(plan: &Plan) -> Self {
        let actors = plan.actors.iter().map(|actor| actor.name.clone());
        let hosts = ["server".to_owned(), "balancer".to_owned()].into_iter().chain(actors);
        Self { hosts: hosts.collect(), connections: Vec::new() }
    }

    /// The name of a host.
    #[must_use]
    pub fn host(&self, host: u8) -> Cow<'_, str> {
        match self.hosts.get(usize::from(host)) {
            Some(name) => Cow::Borrowed(name),
            None => Cow::Owned(format!("host {host}")),
        }
    }

    /// The name of a connection; `None` for [`NO_CONNECTION`](super::NO_CONNECTION).
    #[must_use]
    pub fn connection(&self, connection: u16) -> Option<Cow<'_, str>> {
        let index = usize::from(connection).checked_sub(1)?;
        Some(match self.connections.get(index) {
            Some(name) => Cow::Borrowed(name),
            None => Cow::Owned(format!("connection {connection}")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{packet_a, packet_b};

    #[test]
    fn a_record_is_described_in_one_line() {
        let record = |kind, connection, a, b| Record {
            at_ns: 1_500_000,
            sequence: 7,
            host: 1,
            kind,
            connection,
            a,
            b,
        };
        let names =
            Names { hosts: vec!["server".to_owned()], connections: vec!["calm@1".to_owned()] };
        let syn = packet_a(Flags(Flags::SYN | Flags::ACK), 0);
        for (record, expected) in [
            (record(Kind::Signal, 0, 15, 0), "1.500000 ms #7 host 1: SIGTERM"),
            (
                record(Kind::PacketSent, 1, syn, packet_b(5, 6)),
                "1.500000 ms #7 host 1 calm@1: sends SYN+ACK, 0 bytes, seq 5, ack 6",
            ),
            (
                record(Kind::RequestEnded, 2, 3, 1),
                "1.500000 ms #7 host 1 connection 2: request 3 ends without a whole answer: reset",
            ),
            (record(Kind::Phase, 0, 3, 0), "1.500000 ms #7 host 1: enters: draining"),
            (record(Kind::Phase, 0, 99, 0), "1.500000 ms #7 host 1: enters: phase 99"),
            (record(Kind::Draws, 0, 1, 12), "1.500000 ms #7 host 1: net was drawn from 12 times"),
        ] {
            assert_eq!(line(&record, &names), expected);
        }
    }

    #[test]
    fn every_kind_has_a_short_description_for_any_numbers() {
        for kind in Kind::ALL.iter().copied() {
            for (a, b) in [(0, 0), (1, 1), (u64::MAX, u64::MAX)] {
                let record = Record { at_ns: 0, sequence: 0, host: 0, kind, connection: 0, a, b };
                let words = what(&record);
                assert!(!words.is_empty() && words.len() < 90, "{kind}: {words}");
            }
        }
    }
}
