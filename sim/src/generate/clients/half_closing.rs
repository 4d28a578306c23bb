use lastorders_model::plan::Closing;

use crate::generate::script::Script;

/// Closes its side when it has asked.
///
/// hyper takes a FIN for a client that has left, and drops what it asked for. That is allowed, and
/// where the request does something the ledger would call it a loss and cannot judge the case. So
/// only one of three asks for work, and the others for `/health`.
pub(super) fn write(script: &mut Script<'_>) {
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
