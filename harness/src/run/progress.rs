use std::fmt;
use std::time::Duration;

use lastorders_model::check::Verdict;

/// Who is told while a run goes on. Called from several tasks; must not block.
pub trait Progress: fmt::Debug + Send + Sync {
    /// A command of the subject's build is about to run.
    fn building(&self, command: &str) {
        let _ = command;
    }
    /// Postgres is about to be looked for.
    fn postgres_starting(&self) {}
    /// A fetch must end before a Postgres can start; `what` says what is fetched, and from where.
    fn postgres_fetching(&self, what: &str) {
        let _ = what;
    }
    /// Postgres answers; where it came from.
    fn postgres_ready(&self, origin: &str) {
        let _ = origin;
    }
    /// Something that the run had made could not be removed; what, and why.
    fn left_behind(&self, problem: &str) {
        tracing::warn!("{problem}");
    }
    /// A scenario was begun.
    fn started(&self, id: &str) {
        let _ = id;
    }
    /// A scenario was judged.
    fn finished(&self, id: &str, verdict: Verdict, duration: Duration) {
        let _ = (id, verdict, duration);
    }
}

/// Tells nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {}
