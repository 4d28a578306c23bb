use std::collections::BTreeSet;

use super::store::Rows;
use super::{Check, Finding, Level, View};
use crate::history::{Exchange, Moments, Outcome};
use crate::plan::{Intent, Plan};

/// The heart of the judge: compares each answer with the rows that have its request's name.
///
/// | answer \\ rows | 1 row | no row | 2 or more |
/// |---|---|---|---|
/// | 2xx, complete | good | **lie** | **duplicate** |
/// | 503, 429, 408, complete | **ghost** | **rejected in flight** (a) | duplicate |
/// | other, complete | ghost | **dropped** (a) | duplicate |
/// | closed without a byte | **lost acknowledgement** (b) | **dropped** (c) | duplicate |
/// | cut, or silence | fail | fail | fail |
///
/// (a) A failure if the request was proved in flight at the signal, else good. (b) A failure if
/// proved in flight, else a warning. (c) A failure if proved in flight; a warning if the request
/// was sent before the signal and perhaps not read; good if the request was sent later.
///
/// A success before the gate lets the row into the store is a lie too, even if the row appears
/// later.
pub(super) const CHECK: Check = Check {
    id: "ledger",
    about: "what clients were told is what stands in jobs, and nothing in flight was lost",
    judge,
};

fn judge(_: &Plan, history: &View<'_>) -> Vec<Finding> {
    let rows = match Rows::of(history) {
        Ok(rows) => rows,
        Err(unknown) => return vec![*unknown],
    };
    let ledger = Ledger { rows, moments: history.moments() };
    let exchanges: Vec<_> =
        history.exchanges().iter().filter(|exchange| exchange.intent == Intent::Work).collect();
    let mut findings: Vec<_> =
        exchanges.iter().filter_map(|exchange| ledger.entry(exchange)).collect();
    findings.extend(ledger.strangers(&exchanges));
    findings.extend(ledger.losses(&exchanges));
    if !ledger.rows.settled {
        let expected = "every session of the server has gone when the rows are counted";
        let actual = "some were left, which could have made rows later";
        findings.push(Finding::inconclusive(expected, actual));
    }
    findings
}

struct Ledger<'a> {
    rows: Rows<'a>,
    moments: Moments,
}

impl Ledger<'_> {
    /// Judges a request by its cell of the table.
    fn entry(&self, exchange: &Exchange) -> Option<Finding> {
        let name = exchange.request.name.as_deref()?;
        let rows = self.rows.with(name);
        let finding = if rows > 1 {
            let what = format!("duplicate: {}, and {rows} rows bear its name", self.end(exchange));
            Some(Finding::violation("at most one row for each request", what))
        } else if exchange.last_us.is_none() {
            self.unfinished(exchange, rows)
        } else {
            match &exchange.outcome {
                Outcome::Answered(answer) => match answer.status {
                    201 => self.acknowledged(exchange, rows),
                    200..300 => Some(self.other_success(exchange)),
                    503 | 429 | 408 => self.refused(exchange, rows, "rejected in flight"),
                    _ => self.refused(exchange, rows, "dropped"),
                },
                Outcome::Closed(_) => self.closed(exchange, rows),
                Outcome::Refused => self.unbegun(exchange, rows),
                Outcome::Cut(..) | Outcome::Silence => Some(self.broken(exchange, rows)),
                // A client that left proves nothing about its row.
                Outcome::Abandoned | Outcome::NotSent => None,
            }
        };
        let finding = finding?.about(&exchange.request.id);
        Some(if exchange.ended_us == u64::MAX { finding } else { finding.at(exchange.ended_us) })
    }

    fn acknowledged(&self, exchange: &Exchange, rows: u32) -> Option<Finding> {
        let end = self.end(exchange);
        if self.before_its_row(exchange) {
            let expected = "a success is sent after its row is in jobs";
            let actual = format!("lie: {end}, while its row was still kept out of the store");
            return Some(Finding::violation(expected, actual));
        }
        let actual = format!("lie: {end}, and no row bears its name");
        let expected = "a row in jobs for each success";
        match (rows, self.rows.settled) {
            (0, true) => Some(Finding::violation(expected, actual)),
            (0, false) => Some(Finding::inconclusive(expected, actual)),
            _ => None,
        }
    }

    /// A 2xx other than 201 promises a client nothing.
    fn other_success(&self, exchange: &Exchange) -> Finding {
        Finding::violation("201 for work that is done", self.end(exchange))
    }

    fn refused(&self, exchange: &Exchange, rows: u32, class: &str) -> Option<Finding> {
        let end = self.end(exchange);
        if rows == 1 {
            let actual = format!("ghost: {end}, and yet its row is in jobs");
            return Some(Finding::violation("no row for a request that is refused", actual));
        }
        exchange.in_flight.then(|| {
            let actual = format!("{class}: it was in flight at the signal, and got {end}");
            Finding::violation("201, complete, and one row", actual)
        })
    }

    fn closed(&self, exchange: &Exchange, rows: u32) -> Option<Finding> {
        let end = self.end(exchange);
        let sent = exchange.last_us.unwrap_or(u64::MAX);
        let before = self.moments.signalled.is_none_or(|signalled| sent <= signalled);
        let expected = "201, complete, and one row";
        match (rows, exchange.in_flight) {
            (1, true) => {
                let actual = format!("lost acknowledgement: {end}; its row is in jobs");
                Some(Finding::violation(expected, actual))
            }
            (1, false) => {
                let actual = format!("{end}; its row is in jobs, which its client cannot know");
                Some(Finding::violation(expected, actual).at_most(Level::Should))
            }
            (_, true) => {
                let actual = format!("dropped: it was in flight at the signal; {end}; no row");
                Some(Finding::violation(expected, actual))
            }
            (_, false) if before => {
                let actual =
                    format!("{end}; no row; the server had perhaps not read it at the signal");
                Some(Finding::violation(expected, actual).at_most(Level::Should))
            }
            (_, false) => None,
        }
    }

    fn broken(&self, exchange: &Exchange, rows: u32) -> Finding {
        let row = if rows == 1 { "its row is in jobs" } else { "no row" };
        let actual = format!("{}; {row}", self.end(exchange));
        Finding::violation("a whole answer, a refusal, or a close", actual)
    }

    /// A client may send a request again that the server refused before starting it, so the refused
    /// request must not create a row.
    fn unbegun(&self, exchange: &Exchange, rows: u32) -> Option<Finding> {
        (rows == 1).then(|| {
            let actual = format!("ghost: {}, and yet its row is in jobs", self.end(exchange));
            Finding::violation("no row for a request that is safe to send again", actual)
        })
    }

    /// A server must not execute a request whose last byte was never sent. The end of such a
    /// request is no loss.
    fn unfinished(&self, exchange: &Exchange, rows: u32) -> Option<Finding> {
        (rows == 1).then(|| {
            let actual = format!("ghost: {}, and yet its row is in jobs", self.end(exchange));
            Finding::violation("no row for a request that was never sent whole", actual)
        })
    }

    /// Rows with names in our form that no request sent: the server guessed or read names.
    fn strangers(&self, exchanges: &[&Exchange<'_>]) -> Option<Finding> {
        let sent: BTreeSet<_> =
            exchanges.iter().filter_map(|sent| sent.request.name.as_deref()).collect();
        let strange: Vec<_> = self
            .rows
            .names()
            .filter(|(name, _)| name.starts_with("job-") && !sent.contains(name))
            .map(|(name, _)| name)
            .collect();
        let first = strange.first()?;
        let actual =
            format!("rows with names that no client sent: {}, such as {first}", strange.len());
        Some(Finding::violation("each row in jobs belongs to a request", actual))
    }

    /// Counts requests without a success that were not proved in flight. They are no failure.
    fn losses(&self, exchanges: &[&Exchange<'_>]) -> Option<Finding> {
        let signalled = self.moments.signalled?;
        let lost = |exchange: &&&Exchange<'_>| {
            let success = exchange.status().is_some_and(|status| (200..300).contains(&status));
            !success && !exchange.in_flight && exchange.ended_us >= signalled
        };
        let all = exchanges.iter().filter(lost).count();
        let sent =
            |exchange: &&&Exchange<'_>| exchange.last_us.is_some_and(|last| last <= signalled);
        let before = exchanges.iter().filter(lost).filter(sent).count();
        (all > 0).then(|| {
            let after = all - before;
            let actual = format!(
                "{before} that were sent before the signal, and that the server had perhaps not \
                 read; {after} that were sent after it"
            );
            Finding::note("requests without a success, none proved to be in flight", actual)
        })
    }

    /// Whether the success came while the gate kept this request's row out.
    fn before_its_row(&self, exchange: &Exchange) -> bool {
        let Some(closed) = self.moments.rows_kept_out else { return false };
        let opened = self.moments.gate_opened.unwrap_or(u64::MAX);
        exchange.first_us > closed && exchange.ended_us < opened
    }

    /// The outcome and its time, for people.
    fn end(&self, exchange: &Exchange) -> String {
        match exchange.ended_us {
            u64::MAX => exchange.outcome.to_string(),
            at => format!("{} {}", exchange.outcome, self.moments.when(at)),
        }
    }
}

#[cfg(test)]
mod tests;
