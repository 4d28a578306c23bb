use std::fmt;

use lastorders_model::check::Finding;

/// What came of a sweep, or of a replay.
#[derive(Debug, Clone)]
#[must_use = "whether it passed is asked by assert_passed"]
pub struct Outcome {
    /// How many seeds were carried out.
    pub seeds: u64,
    /// In how many of them a request was in flight at the signal. If it is none, nothing is proved,
    /// but by the replay of a case that failed.
    pub in_flight: u64,
    /// Whether it is a replay.
    pub replayed: bool,
    /// The first seed that failed, if one did.
    pub failed: Option<Failed>,
}

/// A case that failed.
#[derive(Debug, Clone)]
pub struct Failed {
    /// Its seed; none of a replay.
    pub seed: Option<u64>,
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// The picture of the run, in plain text.
    pub timeline: Vec<String>,
    /// What [`Service::replay`](super::Service::replay) takes to carry out the same again.
    pub line: String,
}

impl Outcome {
    /// Whether no seed failed and, in a sweep, a request was in flight at the signal in some.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.failed.is_none() && (self.replayed || self.in_flight > 0)
    }

    /// Panics unless it [passed](Self::passed).
    ///
    /// # Panics
    ///
    /// With what was expected, what was seen, the timeline, and the line that reproduces it.
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
            None if *replayed => f.write_str("what was replayed passes"),
            None if *in_flight == 0 => {
                write!(f, "in none of {seeds} seeds was a request in flight at the signal: ")?;
                f.write_str("nothing is proved. Take more seeds, or requests that take longer")
            }
            None => write!(f, "{seeds} seeds passed, {in_flight} with requests in flight"),
        }
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.seed {
            Some(seed) => writeln!(f, "seed {seed} fails\n")?,
            None => writeln!(f, "it fails\n")?,
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
