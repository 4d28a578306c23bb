use std::io::IsTerminal as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::print;
use super::signals::Interruption;
use crate::sweep::{Go, Seeds, Tally, Watch};

/// Time between progress lines, if stderr is not a terminal.
const EVERY: Duration = Duration::from_secs(10);

/// The progress of a sweep: a bar if stderr is a terminal, and otherwise a line at intervals. Ends
/// the sweep at a signal, or after its time.
#[derive(Debug)]
pub(super) struct Progress {
    begun: Instant,
    time: Option<Duration>,
    interruption: Interruption,
    simulated: AtomicU64,
    bar: Option<ProgressBar>,
    said: Mutex<Instant>,
}

impl Progress {
    /// The progress of a sweep over these seeds, or for this time.
    pub(super) fn new(seeds: Seeds, time: Option<Duration>, interruption: Interruption) -> Self {
        let length = time.is_none().then(|| seeds.len());
        let bar = std::io::stderr().is_terminal().then(|| bar(length));
        let begun = now();
        Self {
            begun,
            time,
            interruption,
            simulated: AtomicU64::new(0),
            bar,
            said: Mutex::new(begun),
        }
    }

    /// Time since the start.
    pub(super) fn elapsed(&self) -> Duration {
        now().duration_since(self.begun)
    }

    /// Removes the bar before the summary.
    pub(super) fn done(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    fn line(&self, tally: &Tally) -> String {
        let all = tally.sometimes.len();
        let reached = all - tally.unreached().len();
        let rate = per_second(self.simulated.load(Ordering::Relaxed), self.elapsed());
        let failed = tally.failed();
        format!("{rate}/s, {failed} failures, sometimes {reached}/{all}")
    }
}

impl Watch for Progress {
    fn go(&self) -> Go {
        if self.interruption.by().is_some() {
            Go::Stop
        } else if self.time.is_some_and(|time| self.elapsed() >= time) {
            Go::FinishChunks
        } else {
            Go::On
        }
    }

    fn simulated(&self) {
        self.simulated.fetch_add(1, Ordering::Relaxed);
    }

    fn tallied(&self, tally: &Tally) {
        let Some(bar) = &self.bar else {
            let mut said = self.said.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            if now().duration_since(*said) >= EVERY {
                *said = now();
                print::note(&format!("{} seeds, {}", tally.seeds, self.line(tally)));
            }
            return;
        };
        bar.set_position(tally.seeds);
        bar.set_message(self.line(tally));
    }
}

/// A rate a second, with few digits.
pub(super) fn per_second(n: u64, time: Duration) -> String {
    let rate = n as f64 / time.as_secs_f64().max(1e-6);
    if rate < 100.0 { format!("{rate:.1}") } else { grouped(rate as u64) }
}

/// A number with separators of thousands.
pub(super) fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn bar(length: Option<u64>) -> ProgressBar {
    let (bar, template) = match length {
        Some(length) => {
            (ProgressBar::new(length), "{spinner} {human_pos}/{human_len} {bar:24} {wide_msg}")
        }
        None => (ProgressBar::new_spinner(), "{spinner} {elapsed} {human_pos} seeds, {wide_msg}"),
    };
    let style = ProgressStyle::with_template(template);
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

/// The time of the operating system, for the speed and the duration of a sweep.
#[expect(clippy::disallowed_methods, reason = "a person waits; simulated code never calls this")]
pub(super) fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grouped_numbers_have_separators_of_thousands() {
        for (n, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (12_345_678, "12,345,678")] {
            assert_eq!(grouped(n), text);
        }
    }
}
