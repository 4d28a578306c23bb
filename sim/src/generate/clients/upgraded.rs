use lastorders_model::plan::{Closing, Request};

use crate::generate::script::Script;

/// Goes on with another protocol; one in eight stays until it is closed, at the deadline.
pub(super) fn write(script: &mut Script<'_>) {
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
