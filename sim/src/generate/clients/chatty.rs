use crate::generate::script::Script;

/// Request after request without a pause; half of them over a connection each.
pub(super) fn write(script: &mut Script<'_>) {
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
