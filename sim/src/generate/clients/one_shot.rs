use crate::generate::script::Script;

/// One request on a connection of its own.
pub(super) fn write(script: &mut Script<'_>) {
    let [start] = script.times();
    script.at(start);
    script.connect();
    script.ask();
    script.receive();
    script.end();
}
