use crate::generate::script::Script;

/// Several requests before the first answer.
///
/// Only the first does something: a server that is told to stop need not begin the others (RFC
/// 9112, section 9.6), and the ledger could not tell them from requests in flight.
pub(super) fn write(script: &mut Script<'_>) {
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
