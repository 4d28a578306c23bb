use super::{Check, Finding, QUANTUM_US, RunView, Whose};

pub(super) const CHECK: Check = Check {
    id: "readiness-first",
    about: "readiness is off at the signal, and before the listener is sealed",
    whose: Whose::WithWords,
    judge,
};

fn judge(view: &RunView<'_>) -> Vec<Finding> {
    let records = &view.records;
    let Some(begun) = records.begun_us() else { return Vec::new() };
    let mut findings = Vec::new();
    if let Some((sealed, _)) = records.sealed
        && records.unready.is_none_or(|unready| unready > sealed)
    {
        let expected = "readiness is off before the door is sealed";
        let actual = match records.unready {
            Some(unready) => format!("it was off {}", view.when(unready.us)),
            None => "it was never off".to_owned(),
        };
        findings.push(Finding::violation(expected, actual).at(sealed.us));
    } else if let Some(unready) = records.unready
        && unready.us > begun + QUANTUM_US
    {
        let actual = format!("it was off {}", view.when(unready.us));
        let expected = "readiness is off as soon as the shutdown begins";
        findings.push(Finding::violation(expected, actual).at(unready.us));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Row, case, draining, expect, ready};
    use super::*;
    use crate::world::SimEvent;

    #[test]
    fn readiness_is_off_at_the_signal_and_before_the_listener_closes() {
        let notified = || ready().at(300).term();
        let rows: [Row<'_>; 6] = [
            ("as it should be", draining().at(600).done(), &[]),
            ("told before it was ready", ready().at(300).inside(SimEvent::Unready).term(), &[]),
            (
                "in the same instant, and the wrong way round",
                notified().phase("sealing").sealed(0).inside(SimEvent::Unready).phase("draining"),
                &["Violation Must readiness is off before the door is sealed: it was off 0 ms"],
            ),
            (
                "never",
                notified().phase("sealing").sealed(0).phase("draining"),
                &["Violation Must … it was never off"],
            ),
            (
                "before the door, and late all the same",
                notified().phase("lame duck").at(800).inside(SimEvent::Unready).at(900).sealed(0),
                &["Violation Must … as soon as the shutdown begins: it was off 500 ms after"],
            ),
            ("a server that is not told", ready().at(300), &[]),
        ];
        expect(&CHECK, &case(), &rows);
    }
}
