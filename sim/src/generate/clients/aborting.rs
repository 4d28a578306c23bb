use lastorders_model::plan::{Closing, Cut, Part};

use crate::generate::script::Script;

/// Leaves in the middle of an exchange: in its head, in its body, or before its answer.
pub(super) fn write(script: &mut Script<'_>) {
    let [start, leave] = script.times();
    script.at(start);
    script.connect();
    let request = script.requests.draw(&mut script.stream);
    let part = match script.stream.between(0, 3) {
        0 => Part::UpTo(Cut::Header),
        1 if !request.body_bytes().is_empty() => Part::UpTo(Cut::HalfBody),
        _ => Part::Whole,
    };
    script.send(request, part);
    script.at(leave);
    let how = script.stream.pick(&[Closing::Fin, Closing::Reset]);
    script.close(how);
}
