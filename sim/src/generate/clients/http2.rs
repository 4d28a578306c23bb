use crate::generate::script::Script;

/// Several requests over one HTTP/2 connection. While it waits for a time it reads nothing and
/// answers no `PING`: one in two waits in the middle, and then goes on.
pub(super) fn write(script: &mut Script<'_>) {
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
