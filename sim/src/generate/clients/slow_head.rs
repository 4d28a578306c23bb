use lastorders_model::plan::{Cut, Part, Request};

use crate::generate::script::Script;

/// The head in two parts; one in four never sends the second.
pub(super) fn write(script: &mut Script<'_>) {
    let [start, rest] = script.times();
    let cut = script.stream.pick(&[Cut::RequestLine, Cut::Header, Cut::LastCrlf]);
    let request = if script.requests.has_health() && script.stream.chance(1, 4) {
        Request::health()
    } else {
        script.requests.draw(&mut script.stream)
    };
    script.at(start);
    script.connect();
    if script.stream.coin() {
        // A connection that was used before.
        script.work();
        script.receive();
    }
    if script.stream.chance(1, 4) {
        script.send(request, Part::UpTo(cut));
        script.at(rest);
    } else {
        script.send_cut(&request, cut, rest);
        script.receive();
        script.end();
    }
}
