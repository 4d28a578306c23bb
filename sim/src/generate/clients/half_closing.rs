use lastorders_harness::plan::Closing;

use crate::generate::script::Script;

/// Closes its side when it has asked.
///
/// It asks for `/health`: hyper takes a FIN for a client that has left, and drops what it asked
/// for. That is allowed, and for a request that does something the ledger would call it a loss.
pub(super) fn write(script: &mut Script<'_>) {
    let [start, send] = script.times();
    script.at(start);
    script.connect();
    script.at(send);
    script.probe();
    script.close(Closing::Half);
    script.receive();
    script.expect_close();
}
