//! Clients that speak HTTP/1.1 and send whole requests.

use crate::generate::script::Script;

/// Sends three requests over one connection, with pauses. The last request may meet the close.
pub(super) fn keep_alive(script: &mut Script<'_>) {
    let times = script.times::<4>();
    script.at(times[0]);
    script.connect();
    for at in &times[1..] {
        script.at(*at);
        script.ask();
        script.receive();
    }
    script.end();
}

/// Sends request after request without a pause. One chatty client in two opens a connection for
/// each request.
pub(super) fn chatty(script: &mut Script<'_>) {
    let [start] = script.times();
    script.at(start);
    let rounds = script.stream.between(2, 6);
    let anew = script.stream.coin();
    if !anew {
        script.connect();
    }
    script.rounds(rounds, |script| {
        if anew {
            script.connect();
        }
        script.work();
        script.receive();
    });
    script.end();
}

/// Sends one request on a connection of its own.
pub(super) fn one_shot(script: &mut Script<'_>) {
    let [start] = script.times();
    script.at(start);
    script.connect();
    script.ask();
    script.receive();
    script.end();
}

/// Sends several requests before the first answer.
///
/// Only the first request of each batch is work. A server in shutdown need not begin the others
/// (RFC 9112, section 9.6), and the ledger cannot tell those from requests in flight.
pub(super) fn pipelined(script: &mut Script<'_>) {
    let [start, send, again] = script.times();
    script.at(start);
    script.connect();
    for at in [send, again] {
        script.at(at);
        script.work();
        let more = script.stream.between(1, 2);
        for _ in 0..more {
            script.probe();
        }
        for _ in 0..=more {
            script.receive();
        }
    }
    script.end();
}

/// Connects, as browsers do, and sends later.
pub(super) fn preconnect(script: &mut Script<'_>) {
    let [start, send] = script.times();
    script.at(start);
    script.connect();
    script.at(send);
    script.ask();
    script.receive();
    script.end();
}
