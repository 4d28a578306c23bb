use crate::generate::script::Script;

/// Three requests over one connection, with pauses: the last of them may meet the close.
pub(super) fn write(script: &mut Script<'_>) {
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
