use lastorders_model::plan::{Cut, Part};

use crate::generate::script::Script;

/// The body later than the head, or in two parts; one in four never sends the rest.
pub(super) fn write(script: &mut Script<'_>) {
    let [start, rest] = script.times();
    let request = script.requests.draw(&mut script.stream);
    // A request without a body has no such places.
    let cut = if request.body_bytes().is_empty() {
        Cut::LastCrlf
    } else {
        script.stream.pick(&[Cut::AfterHead, Cut::HalfBody])
    };
    script.at(start);
    script.connect();
    if script.stream.chance(1, 4) {
        script.send(request, Part::UpTo(cut));
        script.at(rest);
    } else {
        script.send_cut(&request, cut, rest);
        script.receive();
        script.end();
    }
}
