//! HTTP/1.1 clients that send or read in parts, late, or not at all.

use lastorders_model::plan::{Closing, Cut, Part, Request};

use crate::generate::script::{PATIENCE_US, Script};

/// Sends the head in two parts. One client in four never sends the second part.
pub(super) fn slow_head(script: &mut Script<'_>) {
    let [start, rest] = script.times();
    let cut = script.stream.pick(&[Cut::RequestLine, Cut::Header, Cut::LastCrlf]);
    let request = if script.requests.has_health() && script.stream.chance(1, 4) {
        Request::health()
    } else {
        script.requests.draw(&mut script.stream)
    };
    script.at(start);
    script.connect();
    if script.stream.coin() {
        // The slow head is not the first request on its connection.
        script.work();
        script.receive();
    }
    if script.stream.chance(1, 4) {
        script.send(request, Part::UpTo(cut));
        script.at(rest);
    } else {
        script.send_cut(&request, cut, rest);
        script.receive();
        script.end();
    }
}

/// Sends the body later than the head, or in two parts. One client in four never sends the rest.
pub(super) fn slow_body(script: &mut Script<'_>) {
    let [start, rest] = script.times();
    let request = script.requests.draw(&mut script.stream);
    // A request without a body has no place to cut after its head.
    let cut = if request.body_bytes().is_empty() {
        Cut::LastCrlf
    } else {
        script.stream.pick(&[Cut::AfterHead, Cut::HalfBody])
    };
    script.at(start);
    script.connect();
    if script.stream.chance(1, 4) {
        script.send(request, Part::UpTo(cut));
        script.at(rest);
    } else {
        script.send_cut(&request, cut, rest);
        script.receive();
        script.end();
    }
}

/// Reads its answer late, and a few bytes at a time.
pub(super) fn slow_reader(script: &mut Script<'_>) {
    let [start] = script.times();
    script.at(start);
    script.connect();
    script.work();
    let late = script.stream.magnitude(1, PATIENCE_US / 2);
    script.at(start + late);
    let bytes = script.stream.pick(&[16, 64, 256]);
    let every_ms = script.stream.between(0, u64::from(bytes) / 8);
    script.read_slowly(bytes, every_ms);
    script.end();
}

/// Connects and never sends a byte.
pub(super) fn silent(script: &mut Script<'_>) {
    let [start, leave] = script.times();
    script.at(start);
    script.connect();
    if script.stream.coin() {
        script.at(leave);
    }
    script.end();
}

/// Leaves in the middle of an exchange: in the head, in the body, or before the answer.
pub(super) fn aborting(script: &mut Script<'_>) {
    let [start, leave] = script.times();
    script.at(start);
    script.connect();
    let request = script.requests.draw(&mut script.stream);
    let part = match script.stream.between(0, 3) {
        0 => Part::UpTo(Cut::Header),
        1 if !request.body_bytes().is_empty() => Part::UpTo(Cut::HalfBody),
        _ => Part::Whole,
    };
    script.send(request, part);
    script.at(leave);
    let how = script.stream.pick(&[Closing::Fin, Closing::Reset]);
    script.close(how);
}

/// Closes its sending side after its request.
///
/// hyper takes this FIN for a client that has left, and drops the request. That is allowed. For a
/// request for work the ledger would call the drop a loss, and so could not judge the case. So
/// only one client in three asks for work, and the others ask for `/health`.
pub(super) fn half_closing(script: &mut Script<'_>) {
    let [start, send] = script.times();
    script.at(start);
    script.connect();
    script.at(send);
    if script.stream.chance(1, 3) {
        script.work();
    } else {
        script.probe();
    }
    script.close(Closing::Half);
    script.receive();
    script.expect_close();
}
