use std::fmt;

use lastorders_model::check::Finding;

/// The result of a sweep or of a replay.
#[derive(Debug, Clone)]
#[must_use = "assert_passed fails the test if the sweep failed"]
pub struct Outcome {
    /// Number of seeds that were run.
    pub seeds: u64,
    /// Number of seeds with a request in flight at the signal. A sweep with 0 proves nothing. The
    /// replay of a failing case may have 0.
    pub in_flight: u64,
    /// Whether this is a replay.
    pub replayed: bool,
    /// The first seed that failed, if one did.
    pub failed: Option<Failed>,
}

/// A case that failed.
#[derive(Debug, Clone)]
pub struct Failed {
    /// The seed; `None` for a replay.
    pub seed: Option<u64>,
    /// The findings.
    pub findings: Vec<Finding>,
    /// The timeline of the run, in plain text.
    pub timeline: Vec<String>,
    /// The argument of [`Service::replay`](super::Service::replay) that reruns the case.
    pub line: String,
}

impl Outcome {
    /// Whether no seed failed and, in a sweep, some seed had a request in flight at the signal.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.failed.is_none() && (self.replayed || self.in_flight > 0)
    }

    /// Panics unless the outcome [passed](Self::passed).
    ///
    /// # Panics
    ///
    /// With the expected and the actual behaviour, the timeline, and the line that reruns the case.
    #[track_caller]
    pub fn assert_passed(&self) {
        assert!(self.passed(), "{self}");
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seeds, in_flight, replayed, failed } = self;
        match failed {
            Some(failed) => failed.fmt(f),
            None if *replayed => f.write_str("the replayed case passes"),
            None if *in_flight == 0 => {
                write!(f, "none of {seeds} seeds had a request in flight at the signal, so ")?;
                f.write_str("nothing is proved. Use more seeds, or slower requests")
            }
            None => write!(f, "{seeds} seeds passed, {in_flight} with requests in flight"),
        }
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.seed {
            Some(seed) => writeln!(f, "seed {seed} fails\n")?,
            None => writeln!(f, "the case fails\n")?,
        }
        for line in &self.timeline {
            writeln!(f, "{line}")?;
        }
        for Finding { check, expected, actual, request, .. } in &self.findings {
            let about = request.as_ref().map(|it| format!(", {it}")).unwrap_or_default();
            writeln!(f, "\n{check}{about}\n  expected  {expected}\n  actual    {actual}")?;
        }
        write!(f, "\nrerun, in place of .run():\n  .replay({:?})", self.line)
    }
}
