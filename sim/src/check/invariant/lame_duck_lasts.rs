use lastorders::drain::Phase;

use super::{Check, Finding, RunView, Whose};

pub(super) const CHECK: Check = Check {
    id: "lame-duck-lasts",
    about: "the listener stays open for the policy's whole lame duck",
    whose: Whose::WithWords,
    judge,
};

/// Only the deadline and a second SIGINT may shorten a lame duck.
fn judge(view: &RunView<'_>) -> Vec<Finding> {
    let records = &view.records;
    let Some(begun) = records.begun_us() else { return Vec::new() };
    let moments = [
        records.entered(Phase::Sealing),
        records.sealing.map(|(at, _)| at),
        records.sealed.map(|(at, _)| at),
    ];
    let Some(first) = moments.into_iter().flatten().min() else { return Vec::new() };
    let due = begun.saturating_add(view.policy().lame_duck_us).min(view.may_cut_from());
    if first.us >= due {
        return Vec::new();
    }
    let expected = format!("the door is open for {} ms more", (due - begun) / 1000);
    let actual = format!("it was being sealed {}", view.when(first.us));
    vec![Finding::violation(expected, actual).at(first.us)]
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Row, case, draining, expect, ready};
    use super::*;

    #[test]
    fn lame_duck_lasts_as_long_as_the_policy_says() {
        let mut case = case();
        case.conditions.policy.lame_duck_us = 2_000_000;
        let lame = || ready().at(300).int().phase("lame duck");
        let rows: [Row<'_>; 4] = [
            ("to its end", lame().at(2_300).phase("sealing").sealed(0), &[]),
            ("cut short by a second SIGINT", lame().at(400).int().phase("aborting").sealed(0), &[]),
            ("too short", lame().at(2_299).sealed(0), &["Violation … it was being sealed 1.9 s"]),
            ("skipped", draining(), &["Violation Must … 2000 ms more: it was being sealed 0 ms"]),
        ];
        expect(&CHECK, &case, &rows);
        expect(&CHECK, &super::super::testing::case(), &[("none is due", draining(), &[])]);
    }
}
