use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde_json::{Value, json};

use crate::trace::{Kind, NO_CONNECTION, Names, Record, phase, what};

/// Writes a trace for chrome://tracing and Perfetto. Each host is a process, with a thread for
/// itself and one for each connection.
///
/// Phases and connections are slices. Requests, calls and statements are asynchronous slices,
/// because several can overlap. Signals are instants across all lanes. All other records are
/// instants in their lane.
///
/// # Errors
///
/// If writing fails.
pub fn chrome(records: &[Record], names: &Names, mut to: impl Write) -> io::Result<()> {
    let mut picture = Picture { names, open: BTreeMap::new(), events: lanes(records, names) };
    for record in records {
        picture.take(record);
    }
    picture.close_all(records.last().map_or(0, |last| last.at_ns));
    let whole = json!({ "displayTimeUnit": "ms", "traceEvents": picture.events });
    serde_json::to_writer(&mut to, &whole)?;
    to.flush()
}

/// The shape of a record in the picture.
enum Shape {
    /// The beginning of a span.
    Begin(Span),
    /// The end of a span.
    End(Span),
    /// A point in its lane.
    Point,
    /// A line through every lane.
    VerticalLine,
    /// Nothing.
    Nothing,
}

/// An event with a beginning and an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Span {
    Phase,
    Connection,
    Request,
    Call,
    Statement,
}

/// Identifies a span by its kind, host, connection and number.
type Key = (Span, u8, u16, u64);

struct Picture<'a> {
    names: &'a Names,
    /// Open spans, each with its start in nanoseconds and its name.
    open: BTreeMap<Key, (u64, String)>,
    events: Vec<Value>,
}

impl Shape {
    fn of(kind: Kind) -> Self {
        match kind {
            Kind::Phase => Self::Begin(Span::Phase),
            Kind::ConnectionAccepted | Kind::ConnectionOpened => Self::Begin(Span::Connection),
            Kind::ConnectionClosed | Kind::ConnectionReset | Kind::ConnectionDropped => {
                Self::End(Span::Connection)
            }
            Kind::RequestSent => Self::Begin(Span::Request),
            Kind::RequestAnswered | Kind::RequestEnded => Self::End(Span::Request),
            Kind::CallBegan => Self::Begin(Span::Call),
            Kind::CallEnded => Self::End(Span::Call),
            Kind::StoreBegun => Self::Begin(Span::Statement),
            Kind::StoreDone => Self::End(Span::Statement),
            Kind::Signal | Kind::Panicked | Kind::Stuck | Kind::Livelock | Kind::End => {
                Self::VerticalLine
            }
            Kind::Draws => Self::Nothing,
            Kind::PacketSent
            | Kind::PacketDelivered
            | Kind::PacketDropped
            | Kind::PacketHeld
            | Kind::Link
            | Kind::ConnectionFailed
            | Kind::CallWritten
            | Kind::Step
            | Kind::Ready
            | Kind::Sealed
            | Kind::Release
            | Kind::Left
            | Kind::Exited
            | Kind::StoreHeld
            | Kind::StoreFault
            | Kind::Balancer
            | Kind::Yield
            | Kind::TaskSpawned
            | Kind::TaskEnded
            | Kind::Sometimes
            | Kind::Mark => Self::Point,
        }
    }
}

impl Span {
    /// The number that a record's span has among spans of its kind.
    fn key(self, record: &Record) -> Key {
        let (connection, number) = match self {
            Self::Phase => (NO_CONNECTION, 0),
            Self::Connection => (record.connection, 0),
            // The end of a call may be known without its connection.
            Self::Request | Self::Call | Self::Statement => (NO_CONNECTION, record.a),
        };
        (self, record.host, connection, number)
    }

    fn called(self, record: &Record, names: &Names) -> String {
        match self {
            Self::Phase => phase(record.a),
            Self::Connection => {
                names.connection(record.connection).map_or("connection".into(), Into::into)
            }
            Self::Request => format!("request {}", record.a),
            Self::Call => format!("call {}", record.a),
            Self::Statement => format!("statement {}", record.a),
        }
    }

    /// The category of spans that may overlap in their lane.
    fn category(self) -> Option<&'static str> {
        match self {
            Self::Phase | Self::Connection => None,
            Self::Request => Some("request"),
            Self::Call => Some("call"),
            Self::Statement => Some("statement"),
        }
    }
}

impl Picture<'_> {
    fn take(&mut self, record: &Record) {
        match Shape::of(record.kind) {
            Shape::Begin(span) => self.begin(span, record),
            Shape::End(span) => {
                self.end(span.key(record), record.at_ns);
                self.point(record, "t");
            }
            Shape::Point => self.point(record, "t"),
            Shape::VerticalLine => self.point(record, "g"),
            Shape::Nothing => {}
        }
    }

    fn begin(&mut self, span: Span, record: &Record) {
        let key = span.key(record);
        if span == Span::Phase {
            self.end(key, record.at_ns);
        } else if self.open.contains_key(&key) {
            // A later piece of the same request, for example.
            return self.point(record, "t");
        }
        let called = span.called(record, self.names);
        if let Some(category) = span.category() {
            self.events.push(json!({
                "ph": "b", "cat": category, "id": id(key), "name": called,
                "pid": record.host, "tid": record.connection, "ts": micros(record.at_ns),
                "args": args(record),
            }));
        }
        self.open.insert(key, (record.at_ns, called));
    }

    fn end(&mut self, key: Key, at_ns: u64) {
        let Some((began_ns, called)) = self.open.remove(&key) else { return };
        let (span, host, connection, _) = key;
        self.events.push(match span.category() {
            Some(category) => json!({
                "ph": "e", "cat": category, "id": id(key), "name": called,
                "pid": host, "tid": connection, "ts": micros(at_ns),
            }),
            None => json!({
                "ph": "X", "name": called, "pid": host, "tid": connection,
                "ts": micros(began_ns), "dur": micros(at_ns.saturating_sub(began_ns)),
            }),
        });
    }

    fn point(&mut self, record: &Record, scope: &str) {
        let name = if scope == "g" { what(record) } else { record.kind.name().to_owned() };
        self.events.push(json!({
            "ph": "i", "s": scope, "name": name,
            "pid": record.host, "tid": record.connection, "ts": micros(record.at_ns),
            "args": args(record),
        }));
    }

    fn close_all(&mut self, at_ns: u64) {
        let keys: Vec<Key> = self.open.keys().copied().collect();
        keys.into_iter().for_each(|key| self.end(key, at_ns));
    }
}

/// Names of all lanes.
fn lanes(records: &[Record], names: &Names) -> Vec<Value> {
    let shown = records.iter().filter(|record| record.kind != Kind::Draws);
    let lanes: BTreeSet<(u8, u16)> =
        shown.flat_map(|r| [(r.host, NO_CONNECTION), (r.host, r.connection)]).collect();
    let lane = |(host, connection): (u8, u16)| {
        let name = names.connection(connection).unwrap_or("itself".into());
        let process = json!({
            "ph": "M", "name": "process_name", "pid": host, "args": { "name": names.host(host) },
        });
        let thread = json!({
            "ph": "M", "name": "thread_name", "pid": host, "tid": connection,
            "args": { "name": name },
        });
        [Some(process).filter(|_| connection == NO_CONNECTION), Some(thread)]
    };
    lanes.into_iter().flat_map(lane).flatten().collect()
}

fn id((_, host, connection, number): Key) -> String {
    format!("{host}/{connection}/{number}")
}

fn args(record: &Record) -> Value {
    json!({ "words": what(record), "sequence": record.sequence, "a": record.a, "b": record.b })
}

fn micros(ns: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a run is no longer than 2^53 nanoseconds")]
    let micros = ns as f64 / 1000.0;
    micros
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::record;
    use crate::trace::recorder::recorded;

    /// One connection with two requests, the second without an answer, and two phases.
    fn events() -> Vec<Value> {
        let trace = recorded(|| {
            record(2, Kind::ConnectionOpened, 1, 49_152, 0);
            record(2, Kind::RequestSent, 1, 1, 10);
            record(2, Kind::RequestSent, 1, 1, 20);
            record(0, Kind::Signal, 0, 15, 0);
            record(0, Kind::Phase, 0, 3, 0);
            record(2, Kind::RequestAnswered, 1, 1, 200);
            record(2, Kind::RequestSent, 1, 2, 30);
            record(0, Kind::Phase, 0, 4, 0);
            record(2, Kind::ConnectionReset, 1, 1, 0);
        });
        let names = Names {
            hosts: ["server", "balancer", "calm"].map(str::to_owned).to_vec(),
            connections: vec!["calm@1".to_owned()],
        };
        let mut bytes = Vec::new();
        chrome(&trace.records, &names, &mut bytes).expect("a vector takes everything");
        let whole: Value = serde_json::from_slice(&bytes).expect("it is JSON");
        whole["traceEvents"].as_array().expect("it is a list").clone()
    }

    /// The events of a shape, each reduced to these fields.
    fn of(events: &[Value], shape: &str, fields: &[&str]) -> Vec<Value> {
        let of_shape = events.iter().filter(|event| event["ph"] == shape);
        of_shape.map(|event| fields.iter().map(|field| event[*field].clone()).collect()).collect()
    }

    #[test]
    fn phases_and_connections_become_slices_in_their_lanes() {
        let slices = of(&events(), "X", &["name", "pid", "tid", "ts", "dur"]);
        let expected = [
            json!(["draining", 0, 0, 5.0, 3.0]),
            json!(["calm@1", 2, 1, 1.0, 8.0]),
            json!(["aborting", 0, 0, 8.0, 1.0]),
        ];
        assert_eq!(slices, expected);
    }

    #[test]
    fn each_request_begins_and_ends_once() {
        let events = events();
        let fields = ["name", "pid", "id", "ts"];
        let expected = |first, second| {
            [json!(["request 1", 2, "2/0/1", first]), json!(["request 2", 2, "2/0/2", second])]
        };
        assert_eq!(of(&events, "b", &fields), expected(2.0, 7.0));
        assert_eq!(of(&events, "e", &fields), expected(6.0, 9.0));
    }

    #[test]
    fn a_signal_crosses_every_lane_and_lanes_have_names() {
        let events = events();
        let instants = of(&events, "i", &["s", "name", "ts"]);
        assert_eq!(instants[1], json!(["g", "SIGTERM", 4.0]));
        assert_eq!(instants[0], json!(["t", "request_sent", 3.0]), "the second piece");
        let named: Vec<Value> = of(&events, "M", &["pid", "tid", "args"]);
        let expected = [
            json!([0, null, { "name": "server" }]),
            json!([0, 0, { "name": "itself" }]),
            json!([2, null, { "name": "calm" }]),
            json!([2, 0, { "name": "itself" }]),
            json!([2, 1, { "name": "calm@1" }]),
        ];
        assert_eq!(named, expected);
    }
}
