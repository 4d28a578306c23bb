use crate::generate::script::Script;

/// Connects, as browsers do, and sends later.
pub(super) fn write(script: &mut Script<'_>) {
    let [start, send] = script.times();
    script.at(start);
    script.connect();
    script.at(send);
    script.ask();
    script.receive();
    script.end();
}
