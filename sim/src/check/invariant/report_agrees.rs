use lastorders::drain::Phase;
use lastorders::exit_code::{CLEAN, INTERRUPTED, PANIC};
use lastorders_model::plan::{Intent, Signal};
use serde_json::Value;

use super::{Check, Finding, QUANTUM_US, RunView, Whose};
use crate::check::records::{Call, Conn, Moment};

pub(super) const CHECK: Check = Check {
    id: "report-agrees",
    about: "the server's report agrees with the run: finished and cut requests, releases, and the \
            exit code of the policy",
    whose: Whose::WithWords,
    judge,
};

/// The counters of cut work in the report.
const ABORTED: [&str; 4] =
    ["aborted/requests", "aborted/connections", "aborted/upgraded", "aborted/tasks"];

fn judge(view: &RunView<'_>) -> Vec<Finding> {
    let records = &view.records;
    let Some((exited, code)) = records.exited.filter(|_| records.killed.is_none()) else {
        return Vec::new();
    };
    let Some((_, report)) = records.report else {
        let actual = "it returned without one";
        return vec![Finding::violation("the server reports", actual).at(exited.us)];
    };
    let report = Report { view, report, exited };
    let mut findings = Vec::new();
    findings.extend(report.counts());
    findings.extend(report.releases());
    findings.extend(report.code(code));
    findings.extend(report.cause());
    findings.extend(report.took());
    findings
}

struct Report<'a> {
    view: &'a RunView<'a>,
    report: &'a Value,
    exited: Moment,
}

impl Report<'_> {
    /// The number at this path of the report, such as `aborted/tasks`; 0 if absent.
    fn number(&self, name: &str) -> u64 {
        // `Value::pointer` would allocate a string for each part.
        let found = name.split('/').try_fold(self.report, |within, part| within.get(part));
        found.and_then(Value::as_u64).unwrap_or(0)
    }

    fn flag(&self, name: &str) -> bool {
        self.report[name].as_bool().unwrap_or(false)
    }

    fn wrong(&self, expected: impl Into<String>, actual: impl Into<String>) -> Finding {
        Finding::violation(expected, actual).at(self.exited.us)
    }

    fn counts(&self) -> Vec<Finding> {
        let records = &self.view.records;
        let Some(notified) = records.begun_us() else { return Vec::new() };
        let aborting = records.entered(Phase::Aborting);
        let abort = aborting.map_or(u64::MAX, |at| at.us);
        let spanning = records.calls.iter().filter(|call| call.spans(notified)).count();
        let mut findings = Vec::new();
        findings.extend(self.between("at_signal/requests", spanning, usize::MAX));
        findings.extend(self.between(
            "finished",
            self.surely_finished(notified, abort),
            self.open_at(notified),
        ));
        let Some(aborting) = aborting else {
            findings.extend(ABORTED.iter().filter_map(|name| self.between(name, 0, 0)));
            return findings;
        };
        let cut = |call: &&Call| {
            let lost = |at: Moment| self.view.is_lost(&records.conns[call.conn], at.us);
            call.began < aborting && call.cut().is_some_and(|at| at > aborting && !lost(at))
        };
        let cut = records.calls.iter().filter(cut).count();
        findings.extend(self.between("aborted/requests", cut, self.open_at(abort)));
        findings
    }

    fn between(&self, name: &str, least: usize, most: usize) -> Option<Finding> {
        let number = usize::try_from(self.number(name)).unwrap_or(usize::MAX);
        (number < least || number > most).then(|| {
            let expected = match (least, most) {
                (least, usize::MAX) => format!("at least {least} {name}"),
                (least, most) if least == most => format!("{least} {name}"),
                (least, most) => format!("{least} to {most} {name}"),
            };
            self.wrong(expected, format!("it reports {number}"))
        })
    }

    /// Counts the requests that surely finished between the two times: the server worked on them
    /// after `notified`, and their clients had the answers before `abort`.
    fn surely_finished(&self, notified: u64, abort: u64) -> usize {
        let records = &self.view.records;
        let later = records.asks.iter().filter(|ask| {
            let answered = ask.answered.is_some_and(|(at, _)| at.us < abort);
            answered && ask.first_us > notified && ask.intent != Intent::Bad
        });
        let earlier = records.calls.iter().filter(|call| {
            let all_answered = || {
                let mut asks = records.asks_on(call.conn).peekable();
                let answered = |(at, _): (Moment, _)| at.us < abort;
                asks.peek().is_some() && asks.all(|ask| ask.answered.is_some_and(answered))
            };
            let made = call.ended.is_some_and(|(at, status)| at.us > notified && status.is_some());
            call.spans(notified) && made && all_answered()
        });
        later.count() + earlier.count()
    }

    /// Counts the requests that may have been in flight at `us` or later: requests without an
    /// answer, calls from unknown connections, and one for each unrecorded connection. An
    /// unrecorded connection is a probe with one request, and the application does not see a
    /// refused probe.
    fn open_at(&self, us: u64) -> usize {
        let records = &self.view.records;
        let asks = records.asks.iter().filter(|ask| ask.answered.is_none_or(|(at, _)| at.us >= us));
        let unknown = records.calls.iter().filter(|call| !records.conns[call.conn].is_known());
        let open = |conn: &&Conn<'_>| conn.closed().is_none_or(|(at, _)| at.us >= us);
        let probes = records.conns.iter().filter(|conn| conn.is_unrecorded()).filter(open);
        asks.count() + unknown.count() + probes.count()
    }

    fn releases(&self) -> Vec<Finding> {
        let none = Vec::new();
        let reported = self.report["releases"].as_array().unwrap_or(&none);
        let wrong = reported.iter().filter_map(|it| {
            let (name, outcome) = (it["name"].as_str()?, it["outcome"].as_str()?);
            let seen = self.view.records.releases.iter().find(|known| known.resource == name);
            let done = seen.and_then(|known| known.over).is_some_and(|(_, done)| done);
            let agrees = match outcome {
                "done" => done,
                "skipped" => seen.is_none(),
                "timed out" => !done,
                _ => true,
            };
            let actual = format!("it reports that {name} is {outcome}");
            (!agrees).then(|| self.wrong("each resource as it was released", actual))
        });
        wrong.collect()
    }

    fn code(&self, exited: Option<i32>) -> Vec<Finding> {
        let records = &self.view.records;
        let none = Vec::new();
        let cut = ABORTED.iter().any(|name| self.number(name) > 0);
        let mut releases = self.report["releases"].as_array().unwrap_or(&none).iter();
        let released = releases.all(|it| it["outcome"] == "done");
        let (forced, panicked) = (self.flag("forced"), self.flag("panicked"));
        let clean = !forced && !panicked && !cut && released;
        let code = match (forced, panicked, clean) {
            (true, ..) => INTERRUPTED,
            (_, true, _) => PANIC,
            (.., true) => CLEAN,
            _ => self.view.policy().forced_exit_code,
        };
        let mut findings = Vec::new();
        if self.flag("clean") != clean {
            let actual = format!("it reports {}", self.flag("clean"));
            findings.push(self.wrong(format!("clean is {clean}"), actual));
        }
        let (reported, exited) = (self.number("exit_code"), exited.unwrap_or(-1));
        if reported != u64::from(code) || exited != i32::from(code) {
            let actual = format!("it reports {reported}, and returned with {exited}");
            findings.push(self.wrong(format!("the exit code {code}"), actual));
        }
        // A SIGINT in the last instant may find nothing left to force.
        let at_the_end = records.forced.is_some_and(|at| at.us >= self.exited.us);
        if forced != records.forced.is_some() && !at_the_end {
            let expected = format!("forced is {}", records.forced.is_some());
            findings.push(self.wrong(expected, format!("it reports {forced}")));
        }
        findings
    }

    fn cause(&self) -> Option<Finding> {
        let records = &self.view.records;
        let (first, signal) = records.signals.first()?;
        let name = match signal {
            Signal::Term => "SIGTERM",
            Signal::Int => "SIGINT",
        };
        let cause = self.report["cause"].as_str().unwrap_or_default();
        let began_it = records.notified == Some(*first);
        (began_it && cause != name)
            .then(|| self.wrong(format!("the cause {name}"), format!("it reports {cause:?}")))
    }

    fn took(&self) -> Option<Finding> {
        let took = self.exited.us.saturating_sub(self.view.records.begun_us()?);
        let reported = self.number("took_ms") * 1000;
        (reported.abs_diff(took) > 2 * QUANTUM_US).then(|| {
            let expected = format!("{} ms in all", took / 1000);
            self.wrong(expected, format!("it reports {} ms", reported / 1000))
        })
    }
}

#[cfg(test)]
mod tests;
