//! Clients whose connections do not stay HTTP/1.1.

use lastorders_model::plan::{Closing, Request};

use crate::generate::script::Script;

/// Sends several requests over one HTTP/2 connection. A client that waits for a time reads nothing
/// and answers no `PING`. One client in two waits in the middle, and then sends one more request.
pub(super) fn http2(script: &mut Script<'_>) {
    let [start, send, mute] = script.times();
    script.at(start);
    script.connect();
    script.at(send);
    let streams = script.stream.between(1, 3);
    for _ in 0..streams {
        script.ask();
    }
    for _ in 0..streams {
        script.receive();
    }
    if script.stream.coin() {
        script.at(mute);
        script.ask();
        script.receive();
    }
    script.end();
}

/// Upgrades its connection to another protocol. One client in eight stays until the server closes
/// the connection at the deadline.
pub(super) fn upgraded(script: &mut Script<'_>) {
    let [start, ask, leave] = script.times();
    script.at(start);
    script.connect();
    script.at(ask);
    script.send(Request::upgrade("/upgrade", "echo"), Default::default());
    script.receive();
    if script.stream.chance(1, 8) {
        script.expect_close();
    } else {
        script.at(leave);
        let how = script.stream.pick(&[Closing::Fin, Closing::Reset]);
        script.close(how);
    }
}
