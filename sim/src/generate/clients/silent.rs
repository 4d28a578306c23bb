use crate::generate::script::Script;

/// Connects and never says a word.
pub(super) fn write(script: &mut Script<'_>) {
    let [start, leave] = script.times();
    script.at(start);
    script.connect();
    if script.stream.coin() {
        script.at(leave);
    }
    script.end();
}
