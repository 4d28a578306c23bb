use std::io::IsTerminal as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use lastorders_model::check::Verdict;

use super::print;
use crate::run::Progress;

/// Shows progress on stderr: as a bar if stderr is a terminal, otherwise as one line a step.
#[derive(Debug)]
pub(super) struct Terminal {
    bar: Option<ProgressBar>,
    total: usize,
    finished: AtomicUsize,
}

impl Terminal {
    /// For a run of `total` scenarios.
    pub(super) fn new(total: usize) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| bar(total));
        Self { bar, total, finished: AtomicUsize::new(0) }
    }

    /// Removes the bar before the report is printed.
    pub(super) fn done(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    fn say(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.set_message(text.to_owned()),
            None => print::note(text),
        }
    }
}

impl Progress for Terminal {
    fn building(&self, command: &str) {
        self.say(&format!("building: {}", lastorders_model::terminal::clean(command, 200)));
    }

    fn postgres_starting(&self) {
        self.say("postgres: searching");
    }

    fn postgres_fetching(&self, what: &str) {
        self.say(&format!("postgres: {what}"));
    }

    fn postgres_ready(&self, origin: &str) {
        // The line stays above the bar.
        match &self.bar {
            Some(bar) => bar.println(format!("postgres: {origin}")),
            None => print::note(&format!("postgres: {origin}")),
        }
    }

    fn started(&self, id: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(id.to_owned());
        }
    }

    fn finished(&self, id: &str, verdict: Verdict, duration: Duration) {
        let n = self.finished.fetch_add(1, Ordering::Relaxed) + 1;
        let seconds = duration.as_secs_f64();
        match &self.bar {
            Some(bar) => {
                bar.inc(1);
                if verdict != Verdict::Pass {
                    bar.println(format!("{verdict:<12} {id}"));
                }
            }
            None => {
                let total = self.total;
                print::note(&format!("[{n:>2}/{total}] {verdict:<12} {id} ({seconds:.1} s)"));
            }
        }
    }
}

fn bar(total: usize) -> ProgressBar {
    let bar = ProgressBar::new(total as u64);
    let style = ProgressStyle::with_template("{spinner} {pos}/{len} {bar:24} {wide_msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}
